import { closeSync, existsSync, openSync, readFileSync, readSync } from "node:fs"
import { totalmem } from "node:os"

/** In the header of the swap that this script makes: what it may take away again. */
export const LABEL = "plimsoll"
// mkswap(8): after 1024 free bytes three numbers and a UUID, then 16 characters.
const LABEL_OFFSET = 1024 + 12 + 16

export const totalMemory = totalmem

/** The zram devices that are swap now. */
export function readZramSwaps() {
  return readFileSync("/proc/swaps", "utf8")
    .split("\n")
    .slice(1)
    .map((line) => line.split(/\s+/))
    .filter(([path]) => /^\/(dev\/)?zram\d+$/.test(path ?? ""))
    .map(([path, , kibibytes, used]) => {
      const name = path.split("/").at(-1)
      return {
        name,
        device: `/dev/${name}`,
        // The first page is the header.
        bytes: Number(kibibytes) * 1024 + 4096,
        usedBytes: Number(used) * 1024,
        takenBytes: Number(readAttribute(name, "mm_stat").trim().split(/\s+/)[2]),
        algorithm: chosenAlgorithm(readAttribute(name, "comp_algorithm")),
        ours: labelOf(`/dev/${name}`) === LABEL,
      }
    })
}

/** `lzo [lzo-rle] lz4` → `lzo-rle`. */
export function chosenAlgorithm(list) {
  return /\[([^\]]+)\]/.exec(list)?.[1] ?? ""
}

export function readAttribute(name, attribute) {
  return readFileSync(`/sys/block/${name}/${attribute}`, "utf8")
}

function labelOf(device) {
  if (!existsSync(device)) return undefined
  let descriptor
  try {
    descriptor = openSync(device, "r")
  } catch (error) {
    // Only root may look: others see whose it is not.
    if (error.code === "EACCES") return undefined
    throw error
  }
  try {
    const label = Buffer.alloc(16)
    readSync(descriptor, label, 0, label.length, LABEL_OFFSET)
    return label.toString("latin1").replace(/\0.*$/s, "")
  } finally {
    closeSync(descriptor)
  }
}

/** `4.0 GiB`. */
export function formatBytes(bytes) {
  return bytes < 2 ** 30 ? `${(bytes / 2 ** 20).toFixed(0)} MiB` : `${(bytes / 2 ** 30).toFixed(1)} GiB`
}
