import { describe, expect, it } from "vitest"
import type { CgroupLayout } from "../cgroups/hierarchy.js"
import { probeNaps } from "./probe-naps.js"

const GiB = 2 ** 30
const v2: CgroupLayout = {
  version: "v2",
  v1: [],
  unified: { version: 2, mount: "/sys/fs/cgroup", controllers: ["memory", "cpu"] },
}
const v1: CgroupLayout = {
  version: "v1",
  v1: [
    { version: 1, mount: "/cg/memory", controllers: ["memory"] },
    { version: 1, mount: "/cg/freezer", controllers: ["freezer"] },
  ],
  unified: undefined,
}

describe("abilities of naps and reclaim", () => {
  it("with cgroup v2 and swap all is there", () => {
    expect(probeNaps(v2, 4 * GiB)).toMatchObject([{ status: "available" }, { status: "available" }])
  })

  it("without swap only file cache is taken back, nobody naps, and the remedy is a command that was not run", () => {
    const [reclaim, nap] = probeNaps(v2, 0)
    expect(reclaim).toMatchObject({ status: "degraded", detail: expect.stringContaining("file cache") })
    expect(nap).toMatchObject({
      status: "missing",
      detail: expect.stringMatching(/no swap.*nothing is changed unasked/),
      remedy: "npm run zram -- --size 50%",
    })
  })

  it("on cgroup v1 it is said that the kernel guarantees nothing", () => {
    const [reclaim, nap] = probeNaps(v1, GiB)
    expect(reclaim).toMatchObject({ status: "degraded", detail: expect.stringContaining("cgroup v1") })
    expect(nap.status).toBe("available")
  })

  it("without a freezer or a controller of memory nobody naps, with the reason", () => {
    const unfrozen = { ...v1, v1: v1.v1.slice(0, 1) }
    expect(probeNaps(unfrozen, GiB)[1]).toMatchObject({
      status: "missing",
      detail: expect.stringContaining("frozen"),
      remedy: expect.any(String),
    })
    const withoutMemory = { ...v1, v1: v1.v1.slice(1) }
    const [reclaim, nap] = probeNaps(withoutMemory, GiB)
    expect([reclaim.status, nap.status, nap.detail]).toEqual(["missing", "missing", reclaim.detail])
  })
})
