// npm run zram -- [--size SIZE|PERCENT] [--algorithm NAME] [--remove] [--status]: swap that is compressed in memory, for naps. Changes the host, so only ever by hand.
import { readFlags } from "./lib/read-flags.mjs"
import { requireNode } from "./lib/require-node.mjs"
import { say } from "./lib/say.mjs"
import { parseZramSize } from "./zram/parse-zram-size.mjs"
import { formatBytes, readZramSwaps, totalMemory } from "./zram/read-zram-swaps.mjs"
import { removeZramSwap } from "./zram/remove-zram-swap.mjs"
import { setUpZramSwap } from "./zram/set-up-zram-swap.mjs"

const { values } = readFlags({
  options: {
    /** Of what it can hold uncompressed: `4G`, `512M`, or percent of the memory. */
    size: { type: "string" },
    algorithm: { type: "string" },
    remove: { type: "boolean", default: false },
    status: { type: "boolean", default: false },
  },
})

try {
  requireNode()
  const asked = [values.size !== undefined || values.algorithm !== undefined, values.remove, values.status].filter(Boolean)
  if (asked.length > 1) throw new Error("Set up (--size, --algorithm), --remove and --status are three things: ask for one at a time.")
  if (values.status) status()
  else {
    if (process.getuid() !== 0) throw new Error("Swap is set up by root: sudo npm run zram")
    if (values.remove) remove()
    else setUp()
  }
} catch (error) {
  say.error(error.message)
  process.exitCode = 1
}

function setUp() {
  const bytes = parseZramSize(values.size ?? "50%", totalMemory())
  const { device, algorithm, made } = setUpZramSwap({ bytes, algorithm: values.algorithm })
  if (!made) return say.done(`${device} is there already: ${formatBytes(bytes)} of compressed swap. Nothing was changed.`)
  say.done(`${device} is swap now: ${formatBytes(bytes)}, compressed by ${algorithm}, used before any other swap.`)
  say.line("    It takes memory only as it fills, about a third of what is put into it; to undo it: npm run zram -- --remove")
  say.line(
    "    It is gone after a reboot. To have it at each boot: apt-get install systemd-zram-generator, and in /etc/systemd/zram-generator.conf:",
  )
  say.line(`      [zram0]\n      zram-size = ${Math.round(bytes / 2 ** 20)}\n      compression-algorithm = ${algorithm}`)
}

function remove() {
  const removed = removeZramSwap()
  if (removed.length === 0) return say.done("There is no compressed swap of Plimsoll's. Nothing was changed.")
  for (const { device } of removed) say.done(`${device} is no swap any more; what was in it is in memory again.`)
}

function status() {
  const swaps = readZramSwaps()
  if (swaps.length === 0) return say.line("There is no compressed swap. To set it up: npm run zram -- --size 50%")
  for (const { device, bytes, usedBytes, takenBytes, algorithm, ours } of swaps) {
    const whose = ours ? "Plimsoll's" : "somebody else's"
    say.done(
      `${device} (${whose}): ${formatBytes(bytes)} by ${algorithm}; ${formatBytes(usedBytes)} in it, for which it takes ${formatBytes(takenBytes)} of memory.`,
    )
  }
}
