import { spawnSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync, statfsSync } from "node:fs"
import { join } from "node:path"
import { formatBytes } from "../zram/read-zram-swaps.mjs"

/** Above any other swap of the host, so that what naps is where it can be taken off again. */
const PRIORITY = 32_767
const SPARE_BYTES = 256 * 2 ** 20
const ATTEMPTS = 30

/** Makes a file of so many bytes swap, before any other; `close` takes it off and deletes it. Other swap of the host stays as it is. Throws, with nothing left, when the host has no room or does not allow it. */
export function openOwnSwap({ bytes, parent = "/var/tmp" }) {
  const { bavail, bsize } = statfsSync(parent)
  if (bavail * bsize < bytes + SPARE_BYTES)
    throw new Error(
      `${parent} has ${formatBytes(bavail * bsize)} free, the demo's swap file needs ${formatBytes(bytes + SPARE_BYTES)}. Take a smaller --memory or --times.`,
    )
  const directory = mkdtempSync(join(parent, "plimsoll-tenfold-swap-"))
  const file = join(directory, "swap")
  const remove = () => rmSync(directory, { recursive: true, force: true })
  try {
    run("fallocate", ["--length", `${bytes}`, file])
    run("chmod", ["600", file])
    run("mkswap", [file])
    run("swapon", ["--priority", `${PRIORITY}`, file])
  } catch (error) {
    remove()
    throw new Error(
      `This host does not take a file in ${parent} as swap, without which nothing naps: ${error.message}. That takes root's rights outside of a container, and ext4 or XFS there.`,
    )
  }
  return {
    file,
    close() {
      // What is in it goes back into memory. In a session of its own: Ctrl-C at the terminal would interrupt it, and leave the file in use.
      if (readFileSync("/proc/swaps", "utf8").includes(`${file} `)) swapOff(file)
      remove()
    },
  }
}

/** Others on the host may have pages in it for which their groups have no room at the moment: it is tried again for a while. */
function swapOff(file) {
  for (let attempt = 1; ; attempt++) {
    try {
      return run("setsid", ["--wait", "swapoff", file])
    } catch (error) {
      if (attempt === ATTEMPTS || !error.message.includes("Cannot allocate memory")) throw error
    }
    spawnSync("sleep", ["1"])
  }
}

function run(command, args) {
  const { status, stderr, error } = spawnSync(command, args, { encoding: "utf8" })
  if (status !== 0) throw new Error(`${command}: ${error?.message ?? stderr.trim()}`)
}
