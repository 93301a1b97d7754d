import { median, timeRuns } from "./figures.mjs"
import { IMAGE, openEngine } from "./our-engine.mjs"
import { openPeers } from "./peers.mjs"

/** Milliseconds of one life: make, start with a bridge network, run `/bin/true`, wait for its exit, remove. Ours is measured before and after the peers. */
export async function bench({ runs, note, report }) {
  const place = await openPeers({ note })
  try {
    const first = await ours(runs, note)
    const peers = []
    for (const peer of place.peers) {
      await timeRuns(2, peer.runTrue)
      peers.push({ name: peer.name, times: await timeRuns(runs, peer.runTrue) })
      note(`${peer.name}: median ${median(peers.at(-1).times).toFixed(1)} ms`)
    }
    const last = await ours(runs, note)
    const value = median([...first, ...last])
    if (peers.length === 0) report({ name: "run-true", value, unit: "ms", runs: first.length + last.length })
    for (const peer of peers)
      report({
        name: "run-true",
        value,
        unit: "ms",
        peer: `${peer.name} run --rm`,
        peerValue: median(peer.times),
        runs: first.length + last.length,
      })
  } finally {
    await place.close()
  }
}

async function ours(runs, note) {
  const { engine, close } = await openEngine()
  try {
    const runOnce = async () => {
      const { id } = await engine.containers.create({ image: IMAGE, command: ["/bin/true"], autoRemove: true })
      const removed = engine.containers.wait(id, { condition: "removed" })
      await engine.containers.start(id)
      const { exitCode } = await removed
      if (exitCode !== 0) throw new Error(`/bin/true ended with ${exitCode}`)
    }
    await timeRuns(2, runOnce)
    const times = await timeRuns(runs, runOnce)
    note(`plimsoll: median ${median(times).toFixed(1)} ms`)
    return times
  } finally {
    await close()
  }
}
