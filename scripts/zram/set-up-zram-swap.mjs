import { spawnSync } from "node:child_process"
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { chosenAlgorithm, formatBytes, LABEL, readAttribute, readZramSwaps } from "./read-zram-swaps.mjs"

const CONTROL = "/sys/class/zram-control"
/** The best that the kernel has of these. */
const preferred = ["zstd", "lzo-rle", "lz4", "lzo"]
/** Above any swap on disk, which gets negative priorities by itself. */
const PRIORITY = 100

/**
 * Makes a zram device of this size swap. The same again changes nothing; `made` tells. Throws, with nothing changed, when the kernel has no zram or not this algorithm, or another size
 * or somebody else's compressed swap is there.
 */
export function setUpZramSwap({ bytes, algorithm }) {
  const [there] = readZramSwaps()
  if (there !== undefined) return alreadyThere(there, { bytes, algorithm })
  if (!existsSync(CONTROL)) run("modprobe", ["zram"])
  if (!existsSync(CONTROL))
    throw new Error(
      "This kernel has no zram. On Debian's cloud kernels it is in linux-image-amd64, on Ubuntu's in linux-modules-extra-$(uname -r).",
    )
  const { name, added } = freeDevice()
  try {
    const chosen = chooseAlgorithm(readAttribute(name, "comp_algorithm"), algorithm)
    write(name, "comp_algorithm", chosen)
    write(name, "disksize", String(bytes))
    run("mkswap", ["--label", LABEL, `/dev/${name}`], "The swap area could not be written")
    run("swapon", ["--priority", String(PRIORITY), `/dev/${name}`], "The kernel does not take it as swap")
    return { device: `/dev/${name}`, algorithm: chosen, made: true }
  } catch (error) {
    write(name, "reset", "1")
    if (added) writeFileSync(`${CONTROL}/hot_remove`, name.slice("zram".length))
    throw error
  }
}

/** The one that was asked for, or the best that is there. */
export function chooseAlgorithm(list, wanted) {
  const known = list.replace(/[[\]]/g, "").trim().split(/\s+/)
  if (wanted === undefined) return preferred.find((name) => known.includes(name)) ?? chosenAlgorithm(list)
  if (!known.includes(wanted)) throw new Error(`This kernel's zram does not compress by ${wanted}. It knows ${known.join(", ")}.`)
  return wanted
}

function alreadyThere({ device, bytes, algorithm, ours }, wanted) {
  if (!ours) throw new Error(`${device} is compressed swap already, and not of Plimsoll's making: naps use it as it is.`)
  const isSame = bytes === wanted.bytes && (wanted.algorithm === undefined || wanted.algorithm === algorithm)
  if (isSame) return { device, algorithm, made: false }
  throw new Error(`${device} is there already with ${formatBytes(bytes)} by ${algorithm}. To change it, first: npm run zram -- --remove`)
}

// A device without a size is nobody's.
function freeDevice() {
  const free = readdirSync("/sys/block").find((name) => /^zram\d+$/.test(name) && readAttribute(name, "disksize").trim() === "0")
  if (free !== undefined) return { name: free, added: false }
  return { name: `zram${readFileSync(`${CONTROL}/hot_add`, "utf8").trim()}`, added: true }
}

function write(name, attribute, value) {
  writeFileSync(`/sys/block/${name}/${attribute}`, value)
}

/** Without `failure` it may fail: what then is not there tells more. */
function run(command, args, failure) {
  const { status, stderr, error } = spawnSync(command, args, { encoding: "utf8" })
  if (status === 0 || failure === undefined) return
  throw new Error(`${failure} (${command}: ${error?.message ?? stderr.trim()}).`)
}
