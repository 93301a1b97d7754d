import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { describe, expect, it } from "vitest"
import { chooseControllers } from "./choose-controllers.js"
import { ContainerSampler } from "./container-sampler.js"
import type { CgroupLayout } from "./hierarchy.js"
import { parsePressure } from "./pressure.js"
import { field } from "./stat-file.js"

// Recorded from real kernels: v2 from Linux 6.12 (Debian 13) with swap, v1 from Linux 6.18; each with a busy loop, an OOM kill, direct writes and shared memory.
const v2Fixtures = fileURLToPath(new URL("v2/fixtures", import.meta.url))
const v1Fixtures = fileURLToPath(new URL("v1/fixtures", import.meta.url))

const v2 = (mount: string): CgroupLayout => ({
  version: "v2",
  v1: [],
  unified: { version: 2, mount, controllers: ["cpu", "memory", "io", "pids"] },
})
const v1 = (mount: string): CgroupLayout => ({
  version: "v1",
  v1: [{ version: 1, mount, controllers: ["cpu", "cpuacct", "memory", "blkio", "pids"] }],
  unified: undefined,
})

function sample(layout: CgroupLayout): ReturnType<ContainerSampler["sample"]> {
  const sampler = new ContainerSampler({
    path: "/container",
    controllers: chooseControllers(layout),
    unified: layout.unified,
    now: () => 1000,
  })
  try {
    return sampler.sample()
  } finally {
    sampler.close()
  }
}

describe("a sample of recorded files", () => {
  it("v2: used memory is anonymous, shared, unreclaimable kernel and swapped", () => {
    expect(sample(v2(v2Fixtures))).toEqual({
      sampledAt: 1000,
      cpu: {
        usageMicros: 3_752_740,
        userMicros: 998_522,
        systemMicros: 2_754_218,
        periods: 190,
        throttledPeriods: 187,
        throttledMicros: 13_926_700,
      },
      memory: {
        usedBytes: 147_456 + 4096 + (139_264 - 17_584) + 7_274_496,
        chargedBytes: 462_848,
        anonBytes: 147_456,
        fileBytes: 4096,
        shmemBytes: 4096,
        kernelBytes: 139_264,
        swapBytes: 7_274_496,
        maxBytes: 41_943_040,
        majorFaults: 84,
        oomKills: 1,
      },
      io: { readBytes: 7_634_944, writeBytes: 39_170_048, readOperations: 159, writeOperations: 8543 },
      pids: { current: 2, max: 64 },
      pressure: {
        cpu: {
          some: { avg10: 72.85, avg60: 22.23, avg300: 5.12, totalMicros: 16_702_204 },
          full: { avg10: 65.01, avg60: 19.79, avg300: 4.56, totalMicros: 14_917_198 },
        },
        memory: expect.objectContaining({ some: expect.objectContaining({ avg300: expect.any(Number) as number }) as object }) as object,
        io: { some: { avg10: 0, avg60: 0, avg300: 0, totalMicros: 27_642 }, full: { avg10: 0, avg60: 0, avg300: 0, totalMicros: 14_497 } },
      },
    })
  })

  it("v1: the same figures from other files", () => {
    expect(sample(v1(v1Fixtures))).toEqual({
      sampledAt: 1000,
      cpu: {
        usageMicros: 496_619,
        userMicros: 430_000,
        systemMicros: 60_000,
        periods: 24,
        throttledPeriods: 24,
        throttledMicros: 2_006_252,
      },
      memory: {
        usedBytes: 5_234_688 + 2_097_152 + 155_648,
        chargedBytes: 11_882_496,
        anonBytes: 5_234_688,
        fileBytes: 6_303_744,
        shmemBytes: 2_097_152,
        kernelBytes: 155_648,
        swapBytes: 0,
        maxBytes: 41_943_040,
        majorFaults: 3,
        oomKills: 1,
      },
      io: { readBytes: 4_308_992, writeBytes: 4_194_304, readOperations: 10, writeOperations: 4 },
      pids: { current: 2, max: 64 },
    })
  })

  it("a hybrid host whose OCI runtime did not join the v2 group has no pressure, rather than none", () => {
    const mount = mkdtempSync(join(tmpdir(), "plimsoll-test-"))
    try {
      cpSync(join(v2Fixtures, "container"), join(mount, "container"), { recursive: true })
      const hybrid = { ...v1(v1Fixtures), version: "hybrid" as const, unified: { version: 2 as const, mount, controllers: [] } }
      expect(sample(hybrid)?.pressure?.cpu).toBeDefined()
      writeFileSync(join(mount, "container/cgroup.events"), "populated 0\nfrozen 0\n")
      expect(sample(hybrid)).not.toHaveProperty("pressure")
    } finally {
      rmSync(mount, { recursive: true })
    }
  })
})

describe("reading figures", () => {
  it("a key that is the end or the beginning of another is not taken for it", () => {
    const text = "anon_thp 5\nanon 7\nfile_anon 9\n"
    expect(field(text, "anon")).toBe(7)
    expect(field(text, "file")).toBeUndefined()
    expect(field("user 3\nsystem 4", "user")).toBe(3)
  })

  it("pressure without a full line, and none at all", () => {
    expect(parsePressure("some avg10=1.50 avg60=0.00 avg300=0.00 total=12\n")).toEqual({
      some: { avg10: 1.5, avg60: 0, avg300: 0, totalMicros: 12 },
    })
    expect(parsePressure("")).toBeUndefined()
  })
})
