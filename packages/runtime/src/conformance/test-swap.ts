import { execFileSync, spawnSync } from "node:child_process"
import { rmSync } from "node:fs"
import { mkdtemp } from "node:fs/promises"
import { join } from "node:path"

const ATTEMPTS = 20

/** Swap for tests, in a file of its own. Ending it reads back what is in it. Throws where the host takes none. */
export async function makeTestSwap(megabytes = 512): Promise<{ remove(): void }> {
  const directory = await mkdtemp("/var/tmp/plimsoll-swap-")
  const file = join(directory, "swap")
  try {
    // Written, not allocated: swap takes no holes.
    execFileSync("dd", ["if=/dev/zero", `of=${file}`, "bs=1M", `count=${megabytes}`], { stdio: "ignore" })
    execFileSync("chmod", ["600", file])
    execFileSync("mkswap", [file], { stdio: "ignore" })
    execFileSync("swapon", [file])
  } catch (error) {
    rmSync(directory, { recursive: true, force: true })
    throw error
  }
  let there = true
  return {
    remove: () => {
      if (!there) return
      swapOff(file)
      there = false
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

/** Others on the host may have pages in it for which their groups have no room at the moment: it is tried again for a while. */
function swapOff(file: string): void {
  for (let attempt = 1; ; attempt++) {
    const off = spawnSync("swapoff", [file], { encoding: "utf8" })
    if (off.status === 0) return
    if (attempt === ATTEMPTS || !off.stderr.includes("Cannot allocate memory")) throw new Error(`swapoff ${file}: ${off.stderr}`)
    spawnSync("sleep", ["1"])
  }
}
