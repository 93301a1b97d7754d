import { writeSync } from "node:fs"
import { createEngine } from "./create-engine.js"

/**
 * What the test of volumes kills: an engine that makes, grows, compacts and removes volumes with a limit without end, some of them in use.
 * Arguments: root, run directory, prefix of names, name of a volume that a container uses.
 */
const [root = "", runDirectory = "", prefix = "", inUse = ""] = process.argv.slice(2)
const MEBIBYTE = 2 ** 20
const STANDARD_OUTPUT = 1

const { volumes } = await createEngine({ root, runDirectory })

async function cycle(name: string): Promise<void> {
  await volumes.create({ name, sizeBytes: 16 * MEBIBYTE })
  writeSync(STANDARD_OUTPUT, "made\n")
  await volumes.resize(name, 32 * MEBIBYTE)
  await volumes.compact(name)
  await volumes.remove(name)
}

async function useOn(): Promise<never> {
  for (;;) {
    const { limit } = await volumes.inspect(inUse)
    if (limit.kind === "disk" && limit.sizeBytes < 200 * MEBIBYTE) await volumes.resize(inUse, limit.sizeBytes + MEBIBYTE)
    await volumes.compact(inUse)
  }
}

async function makeOn(): Promise<never> {
  for (let round = 0; ; round++) await cycle(`${prefix}-${round}`)
}

await Promise.all([makeOn(), useOn()])
