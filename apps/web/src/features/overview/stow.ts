import type { Cargo } from "./sold"

/** A rectangle of cargo on deck. A container that reaches over the end of a row has one in each. */
export interface Crate {
  cargo: Cargo
  /** Share of the row's width, 0–1. */
  from: number
  to: number
  /** 0: on deck; 1: on top of it … */
  row: number
  /** It goes on in another row. */
  parted: boolean
}

/**
 * Stows cargo in rows, each as wide as the whole machine: a full row is one time what it has, so that "sold 2.4 times" is
 * seen as 2.4 rows.
 */
export function stow(cargo: readonly Cargo[], capacityBytes: number): Crate[] {
  const crates: Crate[] = []
  if (!(capacityBytes > 0)) return crates
  let at = 0
  for (const each of cargo) {
    const end = at + each.limitBytes / capacityBytes
    const parted = Math.floor(at) !== Math.ceil(end) - 1
    let from = at
    while (end - from > 1e-9) {
      const row = Math.floor(from + 1e-9)
      const to = Math.min(end, row + 1)
      crates.push({ cargo: each, from: Math.max(0, from - row), to: to - row, row, parted })
      from = to
    }
    at = end
  }
  return crates
}

/** Height of a row in pixels, so that all rows fit into `available`. */
export function rowHeight(rows: number, available: number): number {
  return Math.max(5, Math.min(38, Math.floor(available / Math.max(1, rows))))
}
