const units = ["bytes", "KiB", "MiB", "GiB", "TiB", "PiB"] as const

/** A size in the words of a refusal: “1.5 GiB”. */
export function formatBytes(bytes: number): string {
  let value = bytes
  let unit = 0
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024
    unit++
  }
  return `${Math.floor(value * 100) / 100} ${units[unit]}`
}
