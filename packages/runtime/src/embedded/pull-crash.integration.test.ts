import { spawn } from "node:child_process"
import { randomBytes } from "node:crypto"
import { once } from "node:events"
import { readdirSync } from "node:fs"
import { mkdtemp } from "node:fs/promises"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterEach, beforeEach, expect, it } from "vitest"
import { type LoopbackRegistry, startLoopbackRegistry } from "../conformance/loopback-registry.js"
import { putImage } from "../images/testing/put-image.js"
import { makeTar } from "../spec/tar/make-tar.js"
import { createEngine } from "./create-engine.js"
import { purgeEngine } from "./purge-engine.js"

const layers = [1, 2, 3].map((name) => makeTar([{ name: `data${name}`, type: "file", data: randomBytes(1_000_000) }]))

let root: string
let runDirectory: string
let registry: LoopbackRegistry
beforeEach(async () => {
  root = await mkdtemp("/var/tmp/plimsoll-test-")
  runDirectory = join(root, "run")
  registry = await startLoopbackRegistry()
})
afterEach(async () => {
  await registry.close()
  await purgeEngine({ root, runDirectory })
})

const onDisk = () => ["content/blobs/sha256", "content/staging", "layers"].flatMap((name) => readdirSync(join(root, name)))

it("a daemon killed in the middle of a pull: after the next start nothing of it is left, and the pull works", async () => {
  const image = putImage(registry, { layers })
  const last = image.layers[2] ?? ""
  const reference = `${registry.host}/app:1`
  // Half of the last layer, then silence: the others come whole meanwhile.
  const half = new Promise<void>((resolve) => {
    registry.intercept = (request, response) => {
      if (request.url?.endsWith(last) !== true) return false
      const data = registry.blobs.get(image.layers[2] ?? "sha256:") ?? Buffer.alloc(0)
      response.writeHead(200, { "content-length": data.length }).write(data.subarray(0, data.length / 2), () => resolve())
      return true
    }
  })
  const script = fileURLToPath(new URL("pull-workload.ts", import.meta.url))
  const child = spawn(process.execPath, ["--import", "tsx", script, root, runDirectory, reference], { stdio: "inherit" })
  const exited = once(child, "exit")
  await half
  await expect.poll(() => readdirSync(join(root, "layers")).filter((name) => !name.startsWith(".")).length, { timeout: 30_000 }).toBe(2)
  child.kill("SIGKILL")
  await exited
  expect(onDisk().length).toBeGreaterThan(4)
  registry.intercept = () => false
  const engine = await createEngine({ root, runDirectory })
  try {
    expect(onDisk()).toEqual([])
    expect(await engine.images.list()).toEqual([])
    expect(await engine.images.pull(reference)).toMatchObject({ id: image.id, digest: image.digest })
    expect(onDisk()).toHaveLength(8)
  } finally {
    await engine.close()
  }
})
