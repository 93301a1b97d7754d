import { describe, expect, it } from "vitest"
import { dockerLimits } from "./limits.js"

const info = { MemoryLimit: true, SwapLimit: true, CpuCfsQuota: true, CPUShares: true, CPUSet: true, PidsLimit: true, NCPU: 4 }
const limitsOf = (cgroupVersion: "v1" | "v2") => dockerLimits({ info, flavour: "docker", cgroupVersion, kernelLimits: undefined })

describe.each(["v1", "v2"] as const)("limits on cgroup %s", (version) => {
  const limits = limitsOf(version)

  it("come back as they were asked for", () => {
    const asked = { memoryMaxBytes: 64 << 20, swapMaxBytes: 0, cpuMaxCores: 0.5, cpusetCpus: "0-1", pidsMax: 50 }
    expect(limits.fromHostConfig(limits.toHostConfig(asked, undefined), undefined)).toEqual(asked)
    for (const cpuWeight of [1, 2, 50, 99, 100, 101, 5000, 10_000])
      expect(limits.fromHostConfig(limits.toHostConfig({ cpuWeight }, undefined), undefined)).toEqual({ cpuWeight })
  })

  it("lifted ones are gone, although an update cannot say so", () => {
    const update = limits.toUpdate(
      { memoryMaxBytes: null, cpuMaxCores: null, pidsMax: null },
      { memoryMaxBytes: 64 << 20, cpuMaxCores: 1, pidsMax: 5 },
    )
    expect(limits.fromHostConfig(update, undefined)).toEqual({})
  })

  it("memory and swap go together, so that Docker never sees less of both than of one", () => {
    expect(limits.toUpdate({ memoryMaxBytes: 128 << 20 }, { memoryMaxBytes: 64 << 20, swapMaxBytes: 1 << 20 })).toEqual({
      Memory: 128 << 20,
      MemorySwap: 129 << 20,
    })
    expect(() => limits.toHostConfig({ swapMaxBytes: 0 }, undefined)).toThrow(expect.objectContaining({ code: "invalid_argument" }))
  })

  it.each(["memoryHighBytes", "memoryMinBytes", "hugetlbMaxBytes"] as const)("%s is refused with the reason", (name) => {
    expect(() => limits.check({ [name]: name === "hugetlbMaxBytes" ? { "2MB": 0 } : 1 })).toThrow(
      expect.objectContaining({ code: "limit_unsupported" }),
    )
  })
})

it("best-effort protection is a hint on cgroup v1 and held on v2", () => {
  expect(limitsOf("v1").enforceable.memoryLowBytes?.enforceable).toBe(false)
  expect(limitsOf("v2").enforceable.memoryLowBytes?.enforceable).toBe(true)
})
