import { setTimeout as delay } from "node:timers/promises"
import { createEngine } from "./create-engine.js"

// Run by hibernation.integration.test.ts as a process of its own, which is killed at a random moment: hibernates and wakes, over and over. With `once` it
// hibernates, says so, and dies without a word to the engine.
const [root = "", runDirectory = "", id = "", criu = "", mode = ""] = process.argv.slice(2)
const { containers } = await createEngine({ root, runDirectory, ...(criu !== "" && { criu }) })
if (mode === "once") {
  await containers.hibernate(id)
  process.stdout.write("hibernates\n", () => process.kill(process.pid, "SIGKILL"))
  await delay(60_000)
}
process.stdout.write("ready\n")
for (let round = 0; ; round++) {
  await containers.hibernate(id)
  await delay(50)
  if (round % 2 === 0) await containers.wake(id)
  else await containers.exec(id, { command: ["true"] }).then(({ exited }) => exited)
  await delay(150)
}
