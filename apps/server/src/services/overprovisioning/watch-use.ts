import type { ContainerRow } from "../../contract/containers.js"
import type { Sample } from "../live/sampler.js"
import type { Amounts } from "./amounts.js"
import { saleKeyOf } from "./sales.js"
import { type UseBook, WHOLE } from "./use-book.js"

export type Use = Pick<Amounts, "memory" | "cpu" | "pids">

interface Second {
  at: number
  rows: ReadonlyMap<string, Pick<ContainerRow, "id" | "tenant" | "hibernation">>
  samples: ReadonlyMap<string, Pick<Sample, "stats" | "rates">>
  hasPlan: (tenant: string) => boolean
}

/**
 * What each sale uses in one second, and all together under `WHOLE`. Whatever runs not was not seen: a gap, not a use of nothing. One that hibernates goes on running: it is
 * seen to use nothing, and what it would take when it wakes is in the wake debt.
 */
export function useBySale({ rows, samples, hasPlan }: Omit<Second, "at">): Map<string, Use> {
  const sums = new Map<string, Use>([[WHOLE, { memory: 0, cpu: 0, pids: 0 }]])
  for (const row of rows.values()) {
    if (row.hibernation !== undefined) sums.set(saleKeyOf(row, hasPlan), { memory: 0, cpu: 0, pids: 0 })
  }
  for (const [id, { stats, rates }] of samples) {
    const row = rows.get(id)
    if (row === undefined) continue
    for (const key of [saleKeyOf(row, hasPlan), WHOLE]) {
      const sum = sums.get(key) ?? { memory: 0, cpu: 0, pids: 0 }
      sum.memory += stats.memory.usedBytes
      sum.cpu += rates.cpuCores ?? 0
      sum.pids += stats.pids.current
      sums.set(key, sum)
    }
  }
  return sums
}

/** Takes one second into the book. */
export function noteUse(book: UseBook, { at, ...second }: Second): Map<string, Use> {
  const sums = useBySale(second)
  for (const [key, { memory, cpu }] of sums) {
    book.observe("memory", key, at, memory)
    book.observe("cpu", key, at, cpu)
  }
  return sums
}
