import { createEngine } from "./create-engine.js"

// Run by naps.integration.test.ts as a process of its own: lets the container nap, and dies without a word to the engine.
const [root = "", runDirectory = "", id = ""] = process.argv.slice(2)
const { containers } = await createEngine({ root, runDirectory })
await containers.nap(id)
process.stdout.write("naps\n", () => process.kill(process.pid, "SIGKILL"))
