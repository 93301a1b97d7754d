import { setTimeout as delay } from "node:timers/promises"
import { createEngine } from "./create-engine.js"

// Run by naps.integration.test.ts as a process of its own, which is killed at a random moment: naps, wakes and takes memory back, over and over.
const [root = "", runDirectory = "", id = ""] = process.argv.slice(2)
const { containers } = await createEngine({ root, runDirectory })
process.stdout.write("ready\n")
for (let round = 0; ; round++) {
  await containers.nap(id)
  await delay(100)
  if (round % 2 === 0) await containers.wake(id)
  else await containers.exec(id, { command: ["true"] }).then(({ exited }) => exited)
  await containers.reclaim(id, 4 * 2 ** 20)
}
