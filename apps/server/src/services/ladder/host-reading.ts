/** The machine in one second, as far as the ladder looks at it. */
export interface HostReading {
  /** What cannot be had without reclaim from anybody: total less available. What lies in swap is not in it, what zram takes for it is. */
  usedBytes: number
  allocatableBytes: number
  /** Of memory: shares of time in percent; `null`: the kernel does not tell. */
  pressure: { someAvg60: number; fullAvg10: number } | null
  /**
   * How much the kernel has looked for memory because the machine, or the part of it that containers may take, had none left; counters. `direct`: somebody waited for it. What
   * containers wait for at limits of their own is in `pressure` and not here. Absent: the kernel does not tell.
   */
  searches?: { all: number; direct: number }
  /** `null`: as above, of CPU. */
  cpuSomeAvg10: number | null
  swapFreeBytes: number
}

/** With less than this, pushing memory out would only fill the rest of it. */
export const SWAP_FULL_BYTES = 16 * 2 ** 20

/** Whether memory can be pushed out. */
export function hasSwap({ swapFreeBytes }: Pick<HostReading, "swapFreeBytes">): boolean {
  return swapFreeBytes >= SWAP_FULL_BYTES
}
