const UNITS: Record<string, number> = { "": 1, b: 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30, t: 2 ** 40 }

/**
 * Bytes that a person typed: `64m`, `64 MB`, `1.5 GiB`, `1073741824`. As Docker does, every unit is binary.
 * Undefined when it is not an amount.
 */
export function parseBytes(text: string): number | undefined {
  const match = /^\s*(?<amount>\d+(?:[.,]\d+)?)\s*(?<unit>[bkmgt]?)(?:i?b)?\s*$/i.exec(text)
  const factor = UNITS[match?.groups?.unit?.toLowerCase() ?? ""]
  const amount = Number(match?.groups?.amount?.replace(",", "."))
  return factor === undefined || !Number.isFinite(amount) ? undefined : Math.round(amount * factor)
}
