import { spawnSync } from "node:child_process"
import { writeFileSync } from "node:fs"
import { formatBytes, readZramSwaps } from "./read-zram-swaps.mjs"

/** Takes off the compressed swap that `setUpZramSwap` made; what is in it goes back into memory. Throws when it does not fit there; the swap stays then. */
export function removeZramSwap() {
  const ours = readZramSwaps().filter((swap) => swap.ours)
  for (const { name, device, usedBytes } of ours) {
    const { status, stderr } = spawnSync("swapoff", [device], { encoding: "utf8" })
    if (status !== 0)
      throw new Error(
        `${device} could not be taken off, ${formatBytes(usedBytes)} are in it (${stderr.trim()}). Wake or stop containers that nap only once there is memory for them.`,
      )
    writeFileSync(`/sys/block/${name}/reset`, "1")
    // The first is the module's own.
    if (name !== "zram0") writeFileSync("/sys/class/zram-control/hot_remove", name.slice("zram".length))
  }
  return ours
}
