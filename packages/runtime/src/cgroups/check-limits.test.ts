import { describe, expect, it } from "vitest"
import type { ResourceLimitName } from "../spec/limits.js"
import { checkLimits, type LimitHost } from "./check-limits.js"
import { controllerOfLimit } from "./choose-controllers.js"
import type { LimitChange } from "./controller.js"
import type { LimitAbilities } from "./enforceability.js"

const able = Object.fromEntries(Object.keys(controllerOfLimit).map((name) => [name, { enforceable: true }])) as LimitAbilities
const host: LimitHost = { cgroupVersion: "v2", abilities: able, onlineCpus: [0, 1, 3], memoryNodes: [0] }
const MiB = 1024 * 1024

describe("checkLimits", () => {
  it.each<[string, LimitChange]>([
    ["nothing", {}],
    [
      "usual values",
      {
        memoryMaxBytes: 64 * MiB,
        swapMaxBytes: 0,
        cpuMaxCores: 0.5,
        cpuWeight: 1,
        pidsMax: 1,
        cpusetCpus: "0-1,3",
        ioDevices: [{ device: "8:0", readBytesPerSecond: 1 }],
      },
    ],
    ["lifting everything", Object.fromEntries(Object.keys(able).map((name) => [name, null]))],
    ["the largest", { cpuWeight: 10_000, ioWeight: 10_000, pidsMax: 4_194_304, memoryMaxBytes: 2 ** 50 }],
  ])("takes %s", (_, change) => {
    expect(() => checkLimits(change, host)).not.toThrow()
  })

  it.each<[ResourceLimitName, LimitChange]>([
    ["memoryMaxBytes", { memoryMaxBytes: MiB }],
    ["memoryMaxBytes", { memoryMaxBytes: 64.5 * MiB + 0.5 }],
    ["memoryMaxBytes", { memoryMaxBytes: Number.NaN }],
    ["swapMaxBytes", { swapMaxBytes: -1 }],
    ["cpuMaxCores", { cpuMaxCores: 0 }],
    ["cpuMaxCores", { cpuMaxCores: Number.POSITIVE_INFINITY }],
    ["cpuWeight", { cpuWeight: 10_001 }],
    ["cpuWeight", { cpuWeight: 0 }],
    ["pidsMax", { pidsMax: 0 }],
    ["cpusetCpus", { cpusetCpus: "2" }],
    ["cpusetCpus", { cpusetCpus: "" }],
    ["cpusetCpus", { cpusetCpus: "1-0" }],
    ["cpusetCpus", { cpusetCpus: "0\n1" }],
    ["cpusetMems", { cpusetMems: "1" }],
    ["ioDevices", { ioDevices: [{ device: "/dev/sda", readBytesPerSecond: 1 }] }],
    ["ioDevices", { ioDevices: [{ device: "8:0 rbps=max\n8:1", readBytesPerSecond: 1 }] }],
    ["ioDevices", { ioDevices: [{ device: "8:0", readBytesPerSecond: 0 }] }],
    ["ioDevices", { ioDevices: [{ device: "8:0" }, { device: "8:0" }] }],
    ["hugetlbMaxBytes", { hugetlbMaxBytes: { "2MB": -1 } }],
    ["memoryMinBytes", { memoryMaxBytes: 64 * MiB, memoryMinBytes: 65 * MiB }],
  ])("refuses %s %j as an invalid argument and names it", (limit, change) => {
    expect(() => checkLimits(change, host)).toThrow(
      expect.objectContaining({ code: "invalid_argument", publicMessage: expect.stringContaining(limit) as string }),
    )
  })

  it("a limit the host cannot enforce is refused with reason and remedy, lifting it is not", () => {
    const unable = {
      ...host,
      cgroupVersion: "v1",
      abilities: { ...able, memoryHighBytes: { enforceable: false, reason: "No such control.", remedy: "boot with v2" } },
    }
    expect(() => checkLimits({ memoryHighBytes: MiB }, unable)).toThrow(
      expect.objectContaining({
        code: "limit_unsupported",
        publicMessage: "This host cannot enforce memoryHighBytes: No such control. What mends it: boot with v2",
      }),
    )
    expect(() => checkLimits({ memoryHighBytes: null }, unable)).not.toThrow()
  })

  it("a limit nobody knows is refused, not dropped", () => {
    expect(() => checkLimits({ memoryMax: 1 } as LimitChange, host)).toThrow(expect.objectContaining({ code: "invalid_argument" }))
  })
})
