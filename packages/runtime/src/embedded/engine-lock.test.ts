import { mkdtemp, readFile, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, expect, it } from "vitest"
import { lockEngineRoot } from "./engine-lock.js"

let root: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "lock-"))
})
afterEach(async () => {
  await rm(root, { recursive: true })
})

it("one engine at a time works on a root; released, the next may", async () => {
  const first = await lockEngineRoot(root)
  await expect(lockEngineRoot(root)).rejects.toMatchObject({ code: "engine_unavailable", facts: { owner: String(process.pid) } })
  first.release()
  const second = await lockEngineRoot(root)
  expect(await readFile(join(root, "engine.lock"), "utf8")).toBe(String(process.pid))
  second.release()
  second.release()
})
