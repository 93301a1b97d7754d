import { beforeEach, describe, expect, it } from "vitest"
import type { Snapshotter } from "../snapshots/snapshotter.js"
import type { EnginePaths } from "./engine-context.js"
import { RootfsMounts } from "./rootfs-mounts.js"
import { testRecord } from "./test-record.js"

let log: string[]
let mounts: RootfsMounts
const record = testRecord()

beforeEach(() => {
  log = []
  const snapshots: Pick<Snapshotter, "mount" | "unmount"> = {
    mount: async () => void log.push("mount"),
    unmount: async () => void log.push("unmount"),
  }
  const paths: Pick<EnginePaths, "rootfs"> = { rootfs: (id) => `/run/rootfs/${id}` }
  mounts = new RootfsMounts(snapshots, paths)
})

describe("RootfsMounts", () => {
  it("mounts for the first and unmounts after the last, in whatever order they go", async () => {
    const run = await mounts.acquire(record)
    const copy = await mounts.acquire(record)
    await mounts.release(record.id)
    expect(log).toEqual(["mount"])
    await copy.release()
    await copy.release()
    expect(log).toEqual(["mount", "unmount"])
    expect(run.path).toBe(`/run/rootfs/${record.id}`)
  })

  it("a copy beside a run that was taken over does not unmount it", async () => {
    mounts.adopt(record.id)
    const copy = await mounts.acquire(record)
    await copy.release()
    expect(log).toEqual([])
    await mounts.release(record.id)
    expect(log).toEqual(["unmount"])
  })

  it("a lease that ends after removal unmounts nothing of a later container's", async () => {
    const copy = await mounts.acquire(record)
    await mounts.releaseAll(record.id)
    await copy.release()
    expect(log).toEqual(["mount", "unmount"])
  })

  it("many at once share one mount", async () => {
    const leases = await Promise.all(Array.from({ length: 20 }, () => mounts.acquire(record)))
    await Promise.all(leases.map((lease) => lease.release()))
    expect(log).toEqual(["mount", "unmount"])
  })
})
