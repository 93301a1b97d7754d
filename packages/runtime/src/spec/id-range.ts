/** A range of host ids that a user namespace maps to 0…size-1. Ranges of tenants never overlap. */
export interface IdRange {
  uidBase: number
  gidBase: number
  size: number
}
