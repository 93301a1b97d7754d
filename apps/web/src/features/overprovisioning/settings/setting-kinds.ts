import type { Format } from "@/lib/format"

/** How a setting is typed: `scale` times its value, in `unit`. */
export const settingKinds = {
  share: { scale: 100, step: 1, unit: "percent" },
  percent: { scale: 1, step: 1, unit: "percent" },
  times: { scale: 1, step: 0.1, unit: "times" },
  cores: { scale: 1, step: 0.1, unit: "cores" },
  bytes: { scale: 1 / 2 ** 20, step: 64, unit: "mebibytes" },
  processes: { scale: 1, step: 64, unit: "processes" },
  duration: { scale: 1 / 1000, step: 60, unit: "seconds" },
} as const
export type SettingKind = keyof typeof settingKinds

/** The number in the field, which keeps six digits behind the point. */
export function typed(kind: SettingKind, value: number | null): number | null {
  return value === null ? null : Number((value * settingKinds[kind].scale).toFixed(6))
}

/** The setting that the number in the field means. Bytes, processes and milliseconds are whole. */
export function meant(kind: SettingKind, number: number | null): number | null {
  if (number === null) return null
  const value = number / settingKinds[kind].scale
  return kind === "bytes" || kind === "duration" || kind === "processes" ? Math.round(value) : value
}

/** The setting as text, with its unit. */
export function written(kind: SettingKind, value: number, format: Format): string {
  switch (kind) {
    case "share":
      return format.percent(value)
    case "percent":
      return format.percent(value / 100)
    case "times":
      return `${format.number(value)}×`
    case "cores":
      return format.cores(value)
    case "bytes":
      return format.bytes(value)
    case "processes":
      return format.count(value)
    case "duration":
      return format.duration(value)
  }
}
