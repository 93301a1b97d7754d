import { EngineError } from "../errors.js"

/** Length of a bandwidth period, microseconds: the kernel's default. */
export const cpuPeriodMicros = 100_000
/** The kernel takes no smaller quota than a millisecond (tg_set_cfs_bandwidth). */
export const minimumCores = 1000 / cpuPeriodMicros

/** Quota in microseconds per period. `invalid_argument` below 0.01 cores. */
export function quotaMicros(cores: number): number {
  if (!(cores >= minimumCores)) {
    throw new EngineError("invalid_argument", {
      facts: { limit: "cpuMaxCores", value: cores },
      publicMessage: `cpuMaxCores must be at least ${minimumCores} cores; ${cores} is less than the kernel can give.`,
    })
  }
  return Math.round(cores * cpuPeriodMicros)
}

/** v1 shares with the same proportions: weight 100 is 1024 shares, and the kernel holds 2–262144. */
export function sharesOfWeight(weight: number): number {
  return Math.min(262_144, Math.max(2, Math.round((weight * 1024) / 100)))
}
