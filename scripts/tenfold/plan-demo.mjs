const MIB = 2 ** 20
const GIB = 2 ** 30
const units = { M: MIB, G: GIB }
const SMALLEST_MEMORY = 384 * MIB
/** What each container touches of its own memory: more than 100 MB by any count. */
const TOUCHED = 101 * MIB

/**
 * How the demo is laid out, from its flags: a machine of `memoryBytes`, `count` containers of `limitBytes` each, of which the first `fitting` could be sold without overcommit. Throws, with the flag's name, for
 * what cannot be on a host of `hostBytes`.
 */
export function planDemo({ memory, times, minutes, seed }, hostBytes) {
  const memoryBytes = parseMemory(memory)
  if (memoryBytes > hostBytes / 2) throw new Error(`--memory: ${memory} is more than half of what this host has; take less.`)
  const sellTimes = parseNumber("times", times, { least: 1, most: 40 })
  const visitsMs = parseNumber("minutes", minutes, { least: 0.1, most: 60 }) * 60_000
  const limitBytes = Math.max(256 * MIB, Math.floor(memoryBytes / 2 / MIB) * MIB)
  const count = Math.ceil((sellTimes * memoryBytes) / limitBytes)
  return {
    memoryBytes,
    limitBytes,
    count,
    fitting: Math.floor(memoryBytes / limitBytes),
    touchedBytes: TOUCHED,
    swapBytes: Math.ceil((count * (TOUCHED + 8 * MIB)) / (64 * MIB)) * 64 * MIB,
    sellTimes,
    visitsMs,
    /** Before and after, each. */
    baselineMs: Math.max(3000, visitsMs / 4),
    seed: parseNumber("seed", seed, { least: 0, most: 2 ** 31 }),
  }
}

function parseMemory(text) {
  const [, number, unit] = /^(\d+(?:\.\d+)?)([MG])(?:i?B)?$/i.exec(text) ?? []
  const bytes = Number(number) * (units[unit?.toUpperCase()] ?? Number.NaN)
  if (!(bytes >= SMALLEST_MEMORY)) throw new Error(`--memory must be a size from 384M on (1G, 1536M), not “${text}”.`)
  return Math.floor(bytes / MIB) * MIB
}

function parseNumber(name, text, { least, most }) {
  const number = Number(text)
  if (text.trim() === "" || !(number >= least && number <= most))
    throw new Error(`--${name} must be a number from ${least} to ${most}, not “${text}”.`)
  return number
}
