export type Locale = "en" | "ru"

/** Words and units of one language. */
const words = {
  en: {
    bytes: ["B", "KiB", "MiB", "GiB", "TiB", "PiB"],
    bits: ["bit/s", "kbit/s", "Mbit/s", "Gbit/s"],
    perSecond: "/s",
    duration: { ms: "ms", s: "s", min: "min", h: "h", d: "d" },
    ago: (text: string) => `${text} ago`,
    ahead: (text: string) => `in ${text}`,
    now: "now",
    unknown: "–",
    cores: { one: "core", few: "cores", many: "cores", other: "cores", zero: "cores", two: "cores" },
  },
  ru: {
    bytes: ["Б", "КиБ", "МиБ", "ГиБ", "ТиБ", "ПиБ"],
    bits: ["бит/с", "кбит/с", "Мбит/с", "Гбит/с"],
    perSecond: "/с",
    duration: { ms: "мс", s: "с", min: "мин", h: "ч", d: "д" },
    ago: (text: string) => `${text} назад`,
    ahead: (text: string) => `через ${text}`,
    now: "сейчас",
    unknown: "–",
    cores: { one: "ядро", few: "ядра", many: "ядер", other: "ядра", zero: "ядер", two: "ядра" },
  },
} as const

/** Keeps a number and its unit on one line. */
const NBSP = "\u00a0"
const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

export type Format = ReturnType<typeof createFormat>

/**
 * How figures are written, everywhere the same: three digits at most, binary units for bytes, a unit behind each number.
 * What is not known (`null`, `undefined`, NaN, a negative size) is a dash, never a zero.
 */
export function createFormat(locale: Locale, timeZone?: string) {
  const w = words[locale]
  const zone = timeZone === undefined ? {} : { timeZone }
  const plural = new Intl.PluralRules(locale)
  const numbers = [0, 1, 2, 3].map((digits) => new Intl.NumberFormat(locale, { maximumFractionDigits: digits }))
  const clockFormat = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23", ...zone })
  const dayFormat = new Intl.DateTimeFormat(locale, { day: "numeric", month: "short", ...zone })
  const dayKey = new Intl.DateTimeFormat("en-CA", { year: "numeric", month: "2-digit", day: "2-digit", ...zone })
  const fullFormat = new Intl.DateTimeFormat(locale, {
    weekday: "short",
    year: "numeric",
    month: "short",
    day: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hourCycle: "h23",
    timeZoneName: "short",
    ...zone,
  })

  const known = (value: number | null | undefined): value is number => typeof value === "number" && Number.isFinite(value)
  const digits = (value: number, most: number): string => (numbers[Math.min(most, 3)] ?? numbers[0])?.format(value) ?? String(value)
  /** Three significant digits at most: 3.14, 31.4, 314. */
  const short = (value: number): string => digits(value, Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2)

  function scaled(value: number, base: number, units: readonly string[]): string {
    let rest = value
    let unit = 0
    // 0.9995 rather than 1: what would be rounded to "1000 MiB" is written in the next unit.
    while (rest >= base * 0.9995 && unit < units.length - 1) {
      rest /= base
      unit++
    }
    return `${unit === 0 ? digits(rest, 0) : digits(rest, rest >= 100 ? 0 : 1)}${NBSP}${units[unit]}`
  }

  /** At most two units: `2 d 3 h`, `5 min 12 s`, `340 ms`. */
  function duration(milliseconds: number | null | undefined, parts: 1 | 2 = 2): string {
    if (!known(milliseconds) || milliseconds < 0) return w.unknown
    if (milliseconds < SECOND) return `${digits(milliseconds, 0)}${NBSP}${w.duration.ms}`
    const steps = [
      [DAY, w.duration.d],
      [HOUR, w.duration.h],
      [MINUTE, w.duration.min],
      [SECOND, w.duration.s],
    ] as const
    const first = steps.findIndex(([size]) => milliseconds >= size)
    const text: string[] = []
    let rest = milliseconds
    for (const [size, unit] of steps.slice(first, first + parts)) {
      const count = Math.floor(rest / size)
      if (count > 0) text.push(`${digits(count, 0)}${NBSP}${unit}`)
      rest -= count * size
    }
    return text.join(" ")
  }

  return {
    locale,
    /** A plain number of at most three significant digits. */
    number: (value: number | null | undefined): string => (known(value) ? short(value) : w.unknown),
    /** How many: whole, grouped by thousands. */
    count: (value: number | null | undefined): string => (known(value) ? digits(value, 0) : w.unknown),
    bytes: (value: number | null | undefined): string => (known(value) && value >= 0 ? scaled(value, 1024, w.bytes) : w.unknown),
    bytesPerSecond: (value: number | null | undefined): string =>
      known(value) && value >= 0 ? `${scaled(value, 1024, w.bytes)}${w.perSecond}` : w.unknown,
    /** Network rates as they are sold: decimal bits a second. Takes bytes a second. */
    bitsPerSecond: (bytesPerSecond: number | null | undefined): string =>
      known(bytesPerSecond) && bytesPerSecond >= 0 ? scaled(bytesPerSecond * 8, 1000, w.bits) : w.unknown,
    perSecond: (value: number | null | undefined): string => (known(value) ? `${short(value)}${w.perSecond}` : w.unknown),
    /** Thousandths below a tenth, where most containers are; what is less than one is said to be so, not to be nothing. */
    cores: (value: number | null | undefined): string => {
      if (!known(value)) return w.unknown
      if (value > 0 && value < 0.000_95) return `<${NBSP}${digits(0.001, 3)}${NBSP}${w.cores[plural.select(0.001)]}`
      const most = value < 0.0995 ? 3 : 2
      return `${value < 10 ? digits(value, most) : short(value)}${NBSP}${w.cores[plural.select(Number(value.toFixed(most)))]}`
    },
    /** A share of 1: 0.46 → `46 %`. One decimal below ten per cent. */
    percent: (share: number | null | undefined): string => {
      if (!known(share)) return w.unknown
      const percent = share * 100
      return `${digits(percent, percent !== 0 && Math.abs(percent) < 9.95 ? 1 : 0)}${NBSP}%`
    },
    /** How many times as much: 2.43 → `2.4`, 0.0312 → `0.03`. */
    times: (ratio: number | null | undefined): string =>
      known(ratio) ? digits(ratio, ratio >= 10 ? 0 : ratio >= 0.095 ? 1 : ratio >= 0.0095 ? 2 : 3) : w.unknown,
    duration,
    ago: (at: number, now: number): string => {
      const gone = now - at
      if (Math.abs(gone) < SECOND) return w.now
      return gone > 0 ? w.ago(duration(gone, 1)) : w.ahead(duration(-gone, 1))
    },
    /** `14:02:11`, with the day before it unless that is today. */
    clock: (at: number, now: number): string => {
      const time = clockFormat.format(at)
      return dayKey.format(at) === dayKey.format(now) ? time : `${dayFormat.format(at)}, ${time}`
    },
    time: (at: number): string => clockFormat.format(at),
    day: (at: number): string => dayFormat.format(at),
    dateTime: (at: number): string => fullFormat.format(at),
  }
}
