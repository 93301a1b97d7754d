import { statfsSync } from "node:fs"
import { afterAll, beforeAll, expect, test } from "vitest"
import type { ContainerInspect } from "./contract/index.js"
import { type IsolationGround, openIsolationGround } from "./testing/isolation/isolation-ground.js"

const MEBIBYTE = 2 ** 20
const GIBIBYTE = 2 ** 30

let ground: IsolationGround
beforeAll(async () => {
  ground = await openIsolationGround({ change: { diskBytes: GIBIBYTE } })
}, 120_000)
afterAll(async () => {
  await ground.clear()
  await ground.close()
})

/** Figures of docs/reference/disks.md come from this test's output. */
test("a disk fills to its owner's harm alone, grows while it runs, fills again, is emptied and compacted, and the host has its bytes back", async () => {
  const { id } = await ground.start("mallory", { diskBytes: 128 * MEBIBYTE })
  const alice = await ground.start("alice", { diskBytes: 32 * MEBIBYTE })
  const inspect = async (): Promise<{ sizeBytes: number; allocatedBytes: number; usedBytes: number }> => {
    const { disk, writableBytes } = await ground.query<ContainerInspect>("containers.inspect", { id })
    if (disk.kind === "none") throw new Error("it has a limit")
    return { sizeBytes: disk.sizeBytes, allocatedBytes: disk.allocatedBytes, usedBytes: writableBytes }
  }
  const figures: Record<string, Awaited<ReturnType<typeof inspect>> & { hostFreeBytes: number }> = {}
  const note = async (step: string) => {
    const { bavail, bsize } = statfsSync(ground.server.dataDirectory)
    figures[step] = { ...(await inspect()), hostFreeBytes: bavail * bsize }
    return figures[step]
  }
  const sh = async (script: string, of = id) => (await ground.sh(of, script)).stdout

  const empty = await note("empty")
  expect(empty.allocatedBytes).toBeLessThan(16 * MEBIBYTE)
  expect(await sh("dd if=/dev/zero of=/one bs=64k; sync")).toContain("No space left on device")
  expect(await sh("echo on > /file && sync && cat /file", alice.id)).toBe("on")
  const full = await note("full")
  expect(full.allocatedBytes).toBeGreaterThan(96 * MEBIBYTE)
  expect(full.allocatedBytes).toBeLessThanOrEqual(full.sizeBytes)

  await ground.mutate("containers.resizeDisk", { id, sizeBytes: 256 * MEBIBYTE })
  expect(await sh("dd if=/dev/zero of=/two bs=64k; sync")).toContain("No space left on device")
  const grown = await note("grown and full again")
  expect(grown.usedBytes - full.usedBytes).toBeGreaterThan(96 * MEBIBYTE)
  expect(grown.allocatedBytes).toBeLessThanOrEqual(256 * MEBIBYTE)

  await sh("rm /one /two; sync")
  const emptied = await note("emptied")
  expect(emptied.usedBytes).toBeLessThan(16 * MEBIBYTE)
  expect(emptied.allocatedBytes).toBeGreaterThan(200 * MEBIBYTE)
  const { beforeBytes, afterBytes } = await ground.mutate<{ beforeBytes: number; afterBytes: number }>("containers.compactDisk", { id })
  const compacted = await note("compacted")
  expect(compacted.allocatedBytes).toBe(afterBytes)
  expect(beforeBytes - afterBytes).toBeGreaterThan(200 * MEBIBYTE)
  expect(compacted.allocatedBytes).toBeLessThan(empty.allocatedBytes + 8 * MEBIBYTE)
  expect(await sh("echo on > /file && sync && cat /file")).toBe("on")
  for (const [step, { sizeBytes, usedBytes, allocatedBytes, hostFreeBytes }] of Object.entries(figures))
    console.info(`${step}: promised ${sizeBytes}, used ${usedBytes}, taken ${allocatedBytes}, free on the host ${hostFreeBytes}`)
})
