import { closeSync, openSync, readFileSync, readSync } from "node:fs"
import { setTimeout as delay } from "node:timers/promises"
import { removeZramSwap } from "../zram/remove-zram-swap.mjs"
import { setUpZramSwap } from "../zram/set-up-zram-swap.mjs"
import { median, percentile } from "./figures.mjs"
import { firstAnswer } from "./first-answer.mjs"
import { IMAGE, openEngine } from "./our-engine.mjs"

const FEWEST_RUNS = 50
/** A shell with some 110 MB of text in a variable, which compresses as programs' memory does, and a server beside it. */
const COMMAND = ["/bin/sh", "-c", "x=$(busybox seq 1 14000000); busybox httpd -p 80 -h /etc; echo ready; while :; do sleep 1000; done"]

/** A container with 110 MB naps and is woken by a client's first request: how long each takes, and what it gives back. */
export async function bench({ runs, note, report }) {
  const swap = swapForNow(note)
  const { engine, close } = await openEngine()
  try {
    const { id } = await engine.containers.create({ image: IMAGE, command: COMMAND })
    await engine.containers.start(id)
    const { networks } = await engine.containers.inspect(id)
    for await (const { data } of engine.containers.logs(id, { follow: true })) if (data.includes("ready")) break
    const [awake, naps, answers, wakes] = [[], [], [], []]
    for (let run = -2; run < Math.max(runs, FEWEST_RUNS); run++) {
      const awakeMs = await firstAnswer(networks[0].address)
      // The end of that connection would wake it.
      await delay(100)
      const began = performance.now()
      const nap = await engine.containers.nap(id)
      const napMs = performance.now() - began
      await delay(100)
      const answerMs = await firstAnswer(networks[0].address)
      // What was pushed out comes back as it is needed: the next nap is to find all of it again.
      await touchAll(engine, id)
      if (run < 0) continue
      awake.push(awakeMs)
      naps.push({ ...nap, napMs })
      answers.push(answerMs)
    }
    for await (const { action, attributes } of engine.events({ after: 0 }))
      if (action === "wake" && attributes.cause === "packet") wakes.push(Number(attributes.wakeMs))
    const count = naps.length
    const given = naps.map(({ beforeBytes, afterBytes }) => (beforeBytes - afterBytes) / 1e6)
    report({ name: "nap", value: median(naps.map(({ napMs }) => napMs)), unit: "ms", runs: count })
    report({ name: "nap: charged before", value: median(naps.map(({ beforeBytes }) => beforeBytes / 1e6)), unit: "MB", runs: count })
    report({ name: "nap: given back", value: median(given), unit: "MB", runs: count })
    report({ name: "answer while awake p50", value: median(awake), unit: "ms", runs: count })
    report({ name: "first answer of one that naps p50", value: median(answers), unit: "ms", runs: count })
    report({ name: "first answer of one that naps p99", value: percentile(answers, 99), unit: "ms", runs: count })
    report({ name: "of it, waking p50", value: median(wakes), unit: "ms", runs: wakes.length })
    report({ name: "of it, waking p99", value: percentile(wakes, 99), unit: "ms", runs: wakes.length })
  } finally {
    await close()
    if (swap) removeZramSwap()
  }
}

/** True when it had to be made. */
function swapForNow(note) {
  if (readFileSync("/proc/swaps", "utf8").trim().split("\n").length > 1) {
    note("nap: uses the host's swap as it is")
    return false
  }
  const { device, algorithm } = setUpZramSwap({ bytes: 2 ** 30 })
  note(`nap: 1 GiB of compressed swap on ${device} (${algorithm}) for the time of the figure`)
  return true
}

/** Reads a byte of each page of the container's largest process, whose pages come in from swap for it. */
async function touchAll(engine, id) {
  const virtualBytes = (pid) => Number(readFileSync(`/proc/${pid}/statm`, "utf8").split(" ")[0])
  const [{ pid }] = (await engine.containers.top(id)).sort((a, b) => virtualBytes(b.pid) - virtualBytes(a.pid))
  const memory = openSync(`/proc/${pid}/mem`, "r")
  try {
    for (const [, from, to] of readFileSync(`/proc/${pid}/maps`, "utf8").matchAll(/^([0-9a-f]+)-([0-9a-f]+) rw/gm))
      for (let at = Number.parseInt(from, 16); at < Number.parseInt(to, 16); at += 4096) readSync(memory, Buffer.alloc(1), 0, 1, at)
  } finally {
    closeSync(memory)
  }
}
