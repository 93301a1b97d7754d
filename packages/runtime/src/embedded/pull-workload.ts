import { createEngine } from "./create-engine.js"

/** What the crash test of pulls kills: an engine that pulls one image. Arguments: root, run directory, reference. */
const [root = "", runDirectory = "", reference = ""] = process.argv.slice(2)

const engine = await createEngine({ root, runDirectory })
await engine.images.pull(reference)
await engine.close()
