/** What a label says of how long a container must be idle first; `null`: never; `undefined`: nothing that can be read. */
export function readAfterMs(label: string | undefined): number | null | undefined {
  if (label === "exempt" || label === "0") return null
  return label !== undefined && /^[1-9]\d{0,11}$/.test(label) ? Number(label) : undefined
}
