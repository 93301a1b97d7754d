const units = { "": 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30, T: 2 ** 40 }
const smallest = 16 * 2 ** 20

/** Bytes of `4G`, `512M`, `1.5GiB`, a plain number, or a percentage of the memory; whole pages. Throws for what is none, below 16 MiB, or more than three times the memory. */
export function parseZramSize(text, memoryBytes) {
  const percent = /^(\d+(?:\.\d+)?)%$/.exec(text)
  const size = /^(\d+(?:\.\d+)?)([KMGT]?)(?:i?B)?$/i.exec(text)
  if (!percent && !size) throw new Error(`--size must be a size (4G, 512M) or a percentage of the memory (50%), not “${text}”.`)
  const bytes = percent ? (memoryBytes * Number(percent[1])) / 100 : Number(size[1]) * units[size[2].toUpperCase()]
  if (bytes < smallest) throw new Error(`--size: ${text} is less than 16 MiB, in which nothing naps.`)
  if (bytes > 3 * memoryBytes)
    throw new Error(`--size: ${text} is more than three times this machine's memory; compressed it would not fit into it.`)
  return Math.floor(bytes / 4096) * 4096
}
