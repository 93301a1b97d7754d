import { describe, expect, it } from "vitest"
import { EngineError } from "../errors.js"
import { compareVersions, parseToolVersion } from "../kernel/tool-version.js"
import { knownWeaknesses } from "../sandbox/runtimes/known-weaknesses.js"
import { probeHost } from "./probe.js"
import { probeCgroups } from "./probe-cgroups.js"

describe("probeHost", () => {
  it("a report comes even when no tool can be run, and says why containers cannot run", async () => {
    const info = await probeHost({
      root: "/nonexistent/plimsoll",
      spawn: () => Promise.reject(new EngineError("tool_missing", { publicMessage: "nothing runs here" })),
    })
    expect(info.status).toBe("unavailable")
    expect(info.reason).toBeTruthy()
    expect(info.abilities.length).toBeGreaterThan(20)
  })

  it("whatever is missing or degraded says what for, and a required one what mends it", async () => {
    const info = await probeHost({ root: "/var/tmp" })
    for (const ability of info.abilities) {
      expect(ability.title, ability.name).toMatch(/^[A-Z]/)
      expect(ability.detail, ability.name).toMatch(/[.!)]$/)
      if (ability.required && ability.status === "missing") expect(ability.remedy, ability.name).toBeTruthy()
    }
    expect(new Set(info.abilities.map(({ name }) => name)).size).toBe(info.abilities.length)
    expect(info.memoryBytes).toBeGreaterThan(0)
    expect(Object.keys(info.enforceableLimits)).toHaveLength(13)
  })

  it("an OCI runtime that the sandbox found not to work makes the engine unavailable with its remark", async () => {
    const info = await probeHost({
      root: "/var/tmp",
      ociRuntimes: [{ name: "crun", path: "/usr/bin/crun", version: "1.8", works: false, remark: "It crashed." }],
    })
    expect(info.status).toBe("unavailable")
    expect(info.abilities.find(({ name }) => name === "oci-runtime")).toMatchObject({
      status: "missing",
      required: true,
      detail: "crun: It crashed.",
    })
  })
})

describe("cgroup abilities", () => {
  it("a hybrid host whose v2 side holds controllers is told how to mend it", () => {
    const abilities = probeCgroups({
      version: "hybrid",
      v1: [],
      unified: { version: 2, mount: "/nonexistent", controllers: ["hugetlb", "io"] },
    })
    expect(abilities.find(({ name }) => name === "cgroups.hybrid")?.remedy).toBe(
      "mkdir -p /sys/fs/cgroup/hugetlb && mount -t cgroup -o hugetlb cgroup /sys/fs/cgroup/hugetlb && mkdir -p /sys/fs/cgroup/blkio && mount -t cgroup -o blkio cgroup /sys/fs/cgroup/blkio",
    )
  })

  it("without any hierarchy the engine cannot run", () => {
    expect(probeCgroups({ version: "none", v1: [], unified: undefined })).toMatchObject([{ status: "missing", required: true }])
  })
})

describe("versions", () => {
  it("reads what tools print", () => {
    expect(parseToolVersion("crun version 1.8.1\ncommit: f8a0")).toBe("1.8.1")
    expect(parseToolVersion("nftables v1.0.6 (Lester Gooch #5)")).toBe("1.0.6")
    expect(parseToolVersion("runc version 1.1.5+ds1")).toBe("1.1.5")
    expect(parseToolVersion("nothing")).toBeUndefined()
  })

  it("compares numbers, not text", () => {
    expect(compareVersions("1.10", "1.9")).toBeGreaterThan(0)
    expect(compareVersions("1.28", "1.28.0")).toBe(0)
  })

  it("names what an old OCI runtime is open to, and nothing for a new one", () => {
    expect(knownWeaknesses("runc", "1.1.5")).toContain("CVE-2024-21626")
    expect(knownWeaknesses("runc", "1.3.5")).toContain("CVE-2026-41579")
    expect(knownWeaknesses("runc", "1.3.6")).toBeUndefined()
    expect(knownWeaknesses("crun", "1.8.1")).toContain("1.28")
    expect(knownWeaknesses("crun", "1.28")).toBeUndefined()
  })
})
