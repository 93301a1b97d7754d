import { expect, it } from "vitest"
import { hasSwap, SWAP_FULL_BYTES } from "./host-reading.js"
import { toHostReading, withinOwn } from "./read-host.js"

const meminfo =
  "MemTotal:       16384000 kB\nMemFree:         1024000 kB\nMemAvailable:    4096000 kB\nSwapTotal:       2048000 kB\nSwapFree:        1000000 kB\n"
const memory = "some avg10=1.50 avg60=2.25 avg300=0.10 total=1\nfull avg10=0.75 avg60=0.50 avg300=0.05 total=1\n"
const vmstat = "pgscan_kswapd 70\npgscan_direct 30\npgscan_direct_throttle 0\n"
const cpu = "some avg10=33.00 avg60=2.00 avg300=1.00 total=9\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=0\n"

it("use is what is not available, page cache is none of it", () => {
  expect(toHostReading({ meminfo, vmstat, memory, cpu }, (totalBytes) => totalBytes / 2)).toEqual({
    usedBytes: 12_288_000 * 1024,
    allocatableBytes: 8_192_000 * 1024,
    pressure: { someAvg60: 2.25, fullAvg10: 0.75 },
    cpuSomeAvg10: 33,
    swapFreeBytes: 1_000_000 * 1024,
    searches: { all: 100, direct: 30 },
  })
})

it("a kernel without PSI has no pressure, not a pressure of 0", () => {
  expect(toHostReading({ meminfo, vmstat: "", memory: undefined, cpu: undefined }, (totalBytes) => totalBytes)).toEqual({
    usedBytes: 12_288_000 * 1024,
    allocatableBytes: 16_384_000 * 1024,
    pressure: null,
    cpuSomeAvg10: null,
    swapFreeBytes: 1_000_000 * 1024,
  })
})

it("where containers may take a part of the machine, the ladder looks at what is nearer to its end", () => {
  const allocatableOf = (totalBytes: number) => totalBytes - 100
  const machine = { usedBytes: 500, allocatableBytes: 900, pressure: { someAvg60: 1, fullAvg10: 0 }, cpuSomeAvg10: 3, swapFreeBytes: 7 }
  const own = { limitBytes: 300, usedBytes: 190 }
  expect(withinOwn(machine, allocatableOf, null)).toBe(machine)
  expect(withinOwn(machine, allocatableOf, { ...own, usedBytes: 50 })).toBe(machine)
  expect(withinOwn(machine, allocatableOf, own)).toEqual({ ...machine, usedBytes: 190, allocatableBytes: 200 })
  const line = { avg10: 4, avg60: 5, avg300: 6, totalMicros: 1 }
  expect(withinOwn(machine, allocatableOf, { ...own, pressure: { some: line, full: line } }).pressure).toEqual({
    someAvg60: 5,
    fullAvg10: 4,
  })
  const searches = { all: 10, direct: 3 }
  expect(withinOwn({ ...machine, searches }, allocatableOf, { ...own, limitHits: 4 }).searches).toEqual({ all: 14, direct: 7 })
  expect(withinOwn({ ...machine, searches }, allocatableOf, own).searches).toBeUndefined()
  // Nothing is left of a part that is smaller than what is kept for the host.
  expect(withinOwn(machine, () => 0, { limitBytes: 10, usedBytes: 1 })).toMatchObject({ usedBytes: 1, allocatableBytes: 0 })
})

it("swap counts as full a little before it is", () => {
  expect(hasSwap({ swapFreeBytes: SWAP_FULL_BYTES })).toBe(true)
  expect(hasSwap({ swapFreeBytes: SWAP_FULL_BYTES - 1 })).toBe(false)
})
