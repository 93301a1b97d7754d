import { setTimeout as delay } from "node:timers/promises"
import { median, percentile } from "./figures.mjs"
import { firstAnswer } from "./first-answer.mjs"
import { IMAGE, openEngine } from "./our-engine.mjs"
import { openPeers } from "./peers.mjs"

const COMMAND = ["/bin/busybox", "httpd", "-f", "-p", "80", "-h", "/etc"]
const WARM_RUNS = 2

/**
 * A small server on a bridge network is written to disk with its processes ended, and brought back: how long each takes, beside Podman's `container checkpoint` and `restore` by the same
 * CRIU; and how long a client's first request waits that brings one back. Ours is measured before and after the peer.
 */
export async function bench({ runs, note, report }) {
  if (!process.env.PLIMSOLL_CRIU) return note("checkpoint: there is no CRIU that works here (npm run criu)")
  const place = await openPeers({ note, only: ["podman"] })
  try {
    const first = await ours(runs)
    const [peer] = place.peers
    const peers = peer === undefined ? undefined : await theirs(peer, runs, note)
    const last = await ours(runs)
    const all = (name) => [...first[name], ...last[name]]
    const beside = (operation, words) =>
      peers === undefined ? {} : { peer: `${peer.name} container ${words}`, peerValue: median(peers[operation]) }
    const times = { unit: "ms", runs: 2 * runs }
    report({ name: "hibernate", value: median(all("hibernate")), ...times, ...beside("hibernate", "checkpoint") })
    report({ name: "wake from disk", value: median(all("wake")), ...times, ...beside("wake", "restore") })
    report({ name: "answer while awake p50", value: median(all("awake")), ...times })
    report({ name: "first answer of one that hibernates p50", value: median(all("answer")), ...times })
    report({ name: "first answer of one that hibernates p99", value: percentile(all("answer"), 99), ...times })
    report({ name: "hibernate: memory before", value: median(all("beforeBytes")) / 1e6, unit: "MB", runs: 2 * runs })
    report({ name: "hibernate: on disk", value: median(all("imageBytes")) / 1e6, unit: "MB", runs: 2 * runs })
  } finally {
    await place.close()
  }
}

async function ours(runs) {
  const { engine, close } = await openEngine()
  try {
    const { id } = await engine.containers.create({ image: IMAGE, command: COMMAND })
    await engine.containers.start(id)
    const { networks } = await engine.containers.inspect(id)
    await untilItListens(networks[0].address)
    const figures = { hibernate: [], wake: [], awake: [], answer: [], beforeBytes: [], imageBytes: [] }
    for (let run = -WARM_RUNS; run < runs; run++) {
      const awake = await firstAnswer(networks[0].address)
      // With the end of that connection outstanding it would be refused.
      await delay(100)
      const { tookMs: hibernate, value: slept } = await timed(() => engine.containers.hibernate(id))
      const { tookMs: wake } = await timed(() => engine.containers.wake(id))
      await engine.containers.hibernate(id)
      const answer = await firstAnswer(networks[0].address)
      if (run < 0) continue
      const { beforeBytes, imageBytes } = slept
      for (const [name, value] of Object.entries({ hibernate, wake, awake, answer, beforeBytes, imageBytes })) figures[name].push(value)
    }
    return figures
  } finally {
    await close()
  }
}

async function untilItListens(host) {
  for (let attempt = 1; ; attempt++) {
    try {
      return await firstAnswer(host)
    } catch (error) {
      if (error.code !== "ECONNREFUSED" || attempt === 100) throw error
      await delay(20)
    }
  }
}

async function theirs(peer, runs, note) {
  const { missing, ...checkpoints } = await peer.openCheckpoints()
  if (missing) return note(`${peer.name}: ${missing}`)
  const id = await checkpoints.run(COMMAND)
  const figures = { hibernate: [], wake: [] }
  for (let run = -WARM_RUNS; run < runs; run++) {
    const { tookMs: hibernate } = await timed(() => checkpoints.checkpoint(id))
    const { tookMs: wake } = await timed(() => checkpoints.restore(id))
    if (run < 0) continue
    figures.hibernate.push(hibernate)
    figures.wake.push(wake)
  }
  await checkpoints.remove(id)
  return figures
}

async function timed(action) {
  const began = performance.now()
  const value = await action()
  return { value, tookMs: performance.now() - began }
}
