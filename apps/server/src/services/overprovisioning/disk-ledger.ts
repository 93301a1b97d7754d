import type { DiskLedger } from "../../contract/overprovisioning.js"
import type { MeasuredDisk } from "../metering/disk-use.js"

const DAY_MS = 86_400_000
/** A pace is told only from as much history. */
const FEWEST_DAYS = 1
/** Filling in more than ten years is not filling. */
const MOST_DAYS = 3650

export interface DiskFill {
  /** Use of the last days, in order of time. */
  history: readonly { at: number; used: number }[]
  allocatable: number
}

export function diskLedger(disks: readonly MeasuredDisk[], fill: DiskFill): DiskLedger {
  const sum = (pick: (disk: MeasuredDisk) => number) => disks.reduce((total, disk) => total + pick(disk), 0)
  // Of a disk whose files were not looked at nothing is known to be reclaimable.
  const usedOf = ({ usedBytes, allocatedBytes }: MeasuredDisk) => Math.min(usedBytes ?? allocatedBytes, allocatedBytes)
  const allocatedBytes = sum((disk) => disk.allocatedBytes)
  const usedBytes = sum(usedOf)
  return {
    promisedBytes: sum((disk) => disk.sizeBytes),
    allocatedBytes,
    usedBytes,
    reclaimableBytes: allocatedBytes - usedBytes,
    daysToFull: daysToFull(fill, allocatedBytes),
  }
}

/** By the line of least squares through the last days; `null`: it does not rise, or there is less than a day of it. */
export function daysToFull({ history, allocatable }: DiskFill, used: number): number | null {
  const [first, last] = [history[0], history.at(-1)]
  if (first === undefined || last === undefined || last.at - first.at < FEWEST_DAYS * DAY_MS) return null
  const mean = (pick: (point: { at: number; used: number }) => number) =>
    history.reduce((total, point) => total + pick(point), 0) / history.length
  const [meanAt, meanUsed] = [mean(({ at }) => at), mean((point) => point.used)]
  const slope =
    history.reduce((total, point) => total + (point.at - meanAt) * (point.used - meanUsed), 0) /
    history.reduce((total, { at }) => total + (at - meanAt) ** 2, 0)
  const days = Math.max(0, allocatable - used) / (slope * DAY_MS)
  return slope > 0 && days <= MOST_DAYS ? days : null
}
