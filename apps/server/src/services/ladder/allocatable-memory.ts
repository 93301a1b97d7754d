const LEAST_RESERVE_BYTES = 512 * 2 ** 20
const RESERVE_SHARE = 0.05

/** Memory less what is kept for the host itself. */
export function allocatableMemory(totalBytes: number): number {
  return Math.max(0, totalBytes - Math.max(LEAST_RESERVE_BYTES, Math.floor(totalBytes * RESERVE_SHARE)))
}
