/** The machine in one second, as far as the ladder looks at it. */
export interface HostReading {
  /** What cannot be had without reclaim from anybody: total less available. What lies in swap is not in it, what zram takes for it is. */
  usedBytes: number
  allocatableBytes: number
  /** Of memory: shares of time in percent; `null`: the kernel does not tell. */
  pressure: { someAvg60: number; fullAvg10: number } | null
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
