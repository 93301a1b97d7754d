import { execFileSync, spawnSync } from "node:child_process"
import { readFileSync, rmSync } from "node:fs"
import { mkdtemp } from "node:fs/promises"
import { join } from "node:path"

const ATTEMPTS = 20

/** Whether the host has any swap. */
export function hasSwap(): boolean {
  return readFileSync("/proc/swaps", "utf8").trim().split("\n").length > 1
}

/** So many MiB of swap in a file of its own, until it is disposed of. `null`: the host takes no file as swap. */
export async function makeSwap(megabytes: number): Promise<Disposable | null> {
  const directory = await mkdtemp("/var/tmp/plimsoll-e2e-swap-")
  const file = join(directory, "swap")
  const remove = () => rmSync(directory, { recursive: true, force: true })
  try {
    // Written, not allocated: swap takes no holes.
    execFileSync("dd", ["if=/dev/zero", `of=${file}`, "bs=1M", `count=${megabytes}`], { stdio: "ignore" })
    execFileSync("chmod", ["600", file])
    execFileSync("mkswap", [file], { stdio: "ignore" })
  } catch (error) {
    remove()
    throw error
  }
  if (spawnSync("swapon", [file]).status !== 0) {
    remove()
    return null
  }
  return {
    [Symbol.dispose]() {
      takeOff(file)
      remove()
    },
  }
}

/** Others on the host may have pages in it for which their groups have no room at the moment: it is tried again for a while. */
function takeOff(file: string): void {
  for (let attempt = 1; ; attempt++) {
    const off = spawnSync("swapoff", [file], { encoding: "utf8" })
    if (off.status === 0) return
    if (attempt === ATTEMPTS || !off.stderr.includes("Cannot allocate memory")) throw new Error(`swapoff ${file}: ${off.stderr}`)
    spawnSync("sleep", ["1"])
  }
}
