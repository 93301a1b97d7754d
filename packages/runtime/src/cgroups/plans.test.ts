import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { SystemCallError } from "../kernel/system-call-error.js"
import { applyWrites } from "./apply-writes.js"
import { bfqWeight } from "./block-devices.js"
import type { Controller, ControlWrite } from "./controller.js"
import { quotaMicros, sharesOfWeight } from "./cpu-values.js"
import type { Hierarchy } from "./hierarchy.js"
import { hugetlbController } from "./hugetlb.js"
import { blkioV1 } from "./v1/blkio.js"
import { cpuV1 } from "./v1/cpu.js"
import { cpusetV1 } from "./v1/cpuset.js"
import { memoryV1 } from "./v1/memory.js"
import { cpuV2 } from "./v2/cpu.js"
import { cpusetV2 } from "./v2/cpuset.js"
import { ioV2 } from "./v2/io.js"
import { memoryV2 } from "./v2/memory.js"

const MiB = 1024 * 1024
const unlimited = "9223372036854771712"
let mount: string

beforeEach(() => {
  mount = mkdtempSync(join(tmpdir(), "plimsoll-test-"))
})

afterEach(() => {
  rmSync(mount, { recursive: true })
})

/** A directory with interface files in it, as the kernel would show them. */
function group(path: string, files: Record<string, string>): string {
  const directory = join(mount, path)
  mkdirSync(directory, { recursive: true })
  for (const [name, content] of Object.entries(files)) writeFileSync(join(directory, name), `${content}\n`)
  return directory
}

const v1 = (): Hierarchy => ({ version: 1, mount, controllers: [] })
const v2 = (): Hierarchy => ({ version: 2, mount, controllers: [] })
const shown = (writes: ControlWrite[]): string[] =>
  writes.map(({ path, value }) => `${path.slice(mount.length + 1)} = ${typeof value === "string" ? value : value()}`)
const planned = (
  controller: Controller,
  directory: string,
  ...[change, children]: [Parameters<Controller["plan"]>[1], string[]?]
): string[] => shown(controller.plan(directory, change, children ?? []))

describe("memory on v1", () => {
  const memory = (limit: number | string, sum: number | string): string =>
    group("c", { "memory.limit_in_bytes": String(limit), "memory.memsw.limit_in_bytes": String(sum) })

  it("writes the sum before the limit when growing and after it when shrinking", () => {
    const c = memory(64 * MiB, 96 * MiB)
    expect(planned(memoryV1(v1()), c, { memoryMaxBytes: 128 * MiB })).toEqual([
      `c/memory.memsw.limit_in_bytes = ${160 * MiB}`,
      `c/memory.limit_in_bytes = ${128 * MiB}`,
    ])
    expect(planned(memoryV1(v1()), c, { memoryMaxBytes: 32 * MiB })).toEqual([
      `c/memory.limit_in_bytes = ${32 * MiB}`,
      `c/memory.memsw.limit_in_bytes = ${64 * MiB}`,
    ])
    expect(planned(memoryV1(v1()), c, { memoryMaxBytes: 96 * MiB, swapMaxBytes: 0 })).toEqual([`c/memory.limit_in_bytes = ${96 * MiB}`])
  })

  it("whoever asks for less memory alone is refused for memory, also where swap takes what does not fit and the sum says no", () => {
    const limits = (change: Parameters<Controller["plan"]>[1]) =>
      memoryV1(v1())
        .plan(memory(64 * MiB, 64 * MiB), change, [])
        .map(({ limit }) => limit)
    expect(limits({ memoryMaxBytes: 32 * MiB })).toEqual(["memoryMaxBytes", "memoryMaxBytes"])
    expect(limits({ swapMaxBytes: 32 * MiB })).toEqual(["swapMaxBytes", "memoryMaxBytes"])
  })

  it("a first limit on a new group sets the limit before the sum", () => {
    const c = memory(unlimited, unlimited)
    expect(planned(memoryV1(v1()), c, { memoryMaxBytes: 64 * MiB, swapMaxBytes: 0 })).toEqual([
      `c/memory.limit_in_bytes = ${64 * MiB}`,
      `c/memory.memsw.limit_in_bytes = ${64 * MiB}`,
    ])
    expect(planned(memoryV1(v1()), c, { memoryMaxBytes: 64 * MiB })).toEqual([`c/memory.limit_in_bytes = ${64 * MiB}`])
  })

  it("lifting both lifts the sum first", () => {
    expect(planned(memoryV1(v1()), memory(64 * MiB, 64 * MiB), { memoryMaxBytes: null, swapMaxBytes: null })).toEqual([
      "c/memory.memsw.limit_in_bytes = -1",
      "c/memory.limit_in_bytes = -1",
    ])
  })

  it("swap without a memory limit is refused, also when the memory limit would be lifted from under it", () => {
    expect(() => planned(memoryV1(v1()), memory(unlimited, unlimited), { swapMaxBytes: 0 })).toThrow(
      expect.objectContaining({ code: "limit_unsupported" }),
    )
    expect(() => planned(memoryV1(v1()), memory(64 * MiB, 64 * MiB), { memoryMaxBytes: null })).toThrow(
      expect.objectContaining({ code: "limit_unsupported" }),
    )
  })

  it("a kernel that does not account swap has the memory limit alone, and says so", () => {
    const c = group("plain", { "memory.limit_in_bytes": unlimited })
    expect(planned(memoryV1(v1()), c, { memoryMaxBytes: 64 * MiB })).toEqual([`plain/memory.limit_in_bytes = ${64 * MiB}`])
    expect(memoryV1(v1()).enforceability(c).swapMaxBytes).toMatchObject({
      enforceable: false,
      remedy: expect.stringContaining("swapaccount=1") as string,
    })
  })
})

describe("cpu on v1", () => {
  const cpu = (path: string, quota: number): string =>
    group(path, { "cpu.cfs_quota_us": String(quota), "cpu.cfs_period_us": "100000", "cpu.shares": "1024" })

  it("a container gets no more than its tenant has, since the kernel would refuse it", () => {
    cpu("t", 50_000)
    expect(planned(cpuV1(v1()), cpu("t/c", -1), { cpuMaxCores: 2 })).toEqual([
      "t/c/cpu.cfs_period_us = 100000",
      "t/c/cpu.cfs_quota_us = 50000",
    ])
    expect(planned(cpuV1(v1()), join(mount, "t/c"), { cpuMaxCores: 0.25 })).toEqual([
      "t/c/cpu.cfs_period_us = 100000",
      "t/c/cpu.cfs_quota_us = 25000",
    ])
  })

  it("a tenant that shrinks shrinks its containers first, one that grows grows first", () => {
    cpu("", -1)
    const tenant = cpu("t", 100_000)
    const children = [cpu("t/a", 80_000), cpu("t/b", -1)]
    expect(planned(cpuV1(v1()), tenant, { cpuMaxCores: 0.5 }, children)).toEqual([
      "t/cpu.cfs_period_us = 100000",
      "t/a/cpu.cfs_quota_us = 50000",
      "t/cpu.cfs_quota_us = 50000",
    ])
    expect(planned(cpuV1(v1()), tenant, { cpuMaxCores: 2 }, children)).toEqual([
      "t/cpu.cfs_period_us = 100000",
      "t/cpu.cfs_quota_us = 200000",
      "t/a/cpu.cfs_quota_us = 80000",
      "t/cpu.cfs_quota_us = 200000",
    ])
  })
})

describe("cpuset on v1", () => {
  const cpuset = (path: string, cpus: string): string => group(path, { "cpuset.cpus": cpus, "cpuset.mems": "0" })

  it("a new group takes its parent's CPUs, without which no process could enter", () => {
    cpuset("t", "0-3")
    const c = cpuset("t/c", "")
    cpusetV1(v1()).initialise?.(c)
    expect(readFileSync(join(c, "cpuset.cpus"), "utf8").trim()).toBe("0-3")
  })

  it("a tenant is widened, its containers refitted, then narrowed", () => {
    cpuset("", "0-3")
    expect(planned(cpusetV1(v1()), cpuset("t", "0-1"), { cpusetCpus: "2" }, [cpuset("t/c", "0-1")])).toEqual([
      "t/cpuset.cpus = 0,1,2",
      "t/c/cpuset.cpus = 2",
      "t/cpuset.cpus = 2",
    ])
  })
})

describe("v2", () => {
  it("memory: each limit has its file, and lifting has its word", () => {
    const c = group("p/t/c", {})
    expect(planned(memoryV2(v2()), c, { memoryMaxBytes: MiB, memoryHighBytes: MiB, swapMaxBytes: 0 })).toEqual([
      `p/t/c/memory.high = ${MiB}`,
      `p/t/c/memory.max = ${MiB}`,
      "p/t/c/memory.swap.max = 0",
    ])
    expect(planned(memoryV2(v2()), c, { memoryMaxBytes: null, memoryHighBytes: null })).toEqual([
      "p/t/c/memory.high = max",
      "p/t/c/memory.max = max",
    ])
  })

  it("memory: protecting a container makes every group above grant it, and removing it takes the grant back", async () => {
    const empty = { "memory.low": "0", "memory.min": "0" }
    const [top, tenant, one, two] = ["p", "p/t", "p/t/one", "p/t/two"].map((path) => group(path, empty))
    const low = (directory = ""): string => readFileSync(join(directory, "memory.low"), "utf8").trim()
    const memory = memoryV2(v2())
    const write = (path: string, value: string): void => writeFileSync(path, value)
    await applyWrites(memory.plan(one ?? "", { memoryLowBytes: 5 }, []), write)
    await applyWrites(memory.plan(two ?? "", { memoryLowBytes: 7 }, []), write)
    expect([top, tenant, one, two].map(low)).toEqual(["12", "12", "5", "7"])
    rmSync(two ?? "", { recursive: true })
    await applyWrites(memory.settle?.(tenant ?? "") ?? [], write)
    expect([top, tenant, one].map(low)).toEqual(["5", "5", "5"])
    expect(memory.settle?.(group("q/t", empty))).toEqual([])
  })

  it("cpu and cpuset", () => {
    const c = group("c", {})
    expect(planned(cpuV2(v2()), c, { cpuMaxCores: 1.5, cpuWeight: 7 })).toEqual(["c/cpu.max = 150000 100000", "c/cpu.weight = 7"])
    expect(planned(cpuV2(v2()), c, { cpuMaxCores: null, cpuWeight: null })).toEqual(["c/cpu.max = max 100000", "c/cpu.weight = 100"])
    group("", { "cpuset.cpus.effective": "0-3", "cpuset.mems.effective": "0" })
    const pinned = group("pinned", { "cpuset.cpus": "1", "cpuset.mems": "" })
    const [write] = cpusetV2(v2()).plan(pinned, { cpusetCpus: "0-2", cpusetMems: null }, [])
    expect(write).toMatchObject({ value: "0,1,2" })
    // A group with processes takes no empty list back.
    expect([write?.undo?.("1"), write?.undo?.("")]).toEqual(["1", "0-3"])
    expect(planned(cpusetV2(v2()), pinned, { cpusetCpus: null, cpusetMems: null })).toEqual(["pinned/cpuset.cpus = 0-3"])
  })

  it("io: the list replaces the one before", () => {
    const c = group("c", { "io.max": "8:0 rbps=1 wbps=max riops=max wiops=max\n8:16 rbps=2 wbps=max riops=max wiops=max" })
    const writes = ioV2(v2()).plan(c, { ioDevices: [{ device: "8:0", writeBytesPerSecond: 5 }] }, [])
    expect(shown(writes)).toEqual([
      "c/io.max = 8:0 rbps=max wbps=5 riops=max wiops=max",
      "c/io.max = 8:16 rbps=max wbps=max riops=max wiops=max",
    ])
    expect(writes[0]?.undo?.("8:0 rbps=1 wbps=max riops=max wiops=max")).toBe("8:0 rbps=1 wbps=max riops=max wiops=max")
  })
})

describe("devices and huge pages", () => {
  it("v1 throttling replaces the list before and can be undone", () => {
    const file = {
      "blkio.throttle.read_bps_device": "8:16 7",
      "blkio.throttle.write_bps_device": "",
      "blkio.throttle.read_iops_device": "",
      "blkio.throttle.write_iops_device": "",
    }
    const writes = blkioV1(v1()).plan(group("c", file), { ioDevices: [{ device: "8:0", readBytesPerSecond: 5 }] }, [])
    expect(shown(writes).slice(0, 3)).toEqual([
      "c/blkio.throttle.read_bps_device = 8:0 5",
      "c/blkio.throttle.read_bps_device = 8:16 0",
      "c/blkio.throttle.write_bps_device = 8:0 0",
    ])
    expect(writes[1]?.undo?.("8:16 7\n")).toBe("8:16 7")
  })

  it("give a container its tenant's rates on v1, whose throttling knows no hierarchy, or its own where they are lower", () => {
    const files = (read: string) => ({
      "blkio.throttle.read_bps_device": read,
      "blkio.throttle.write_bps_device": "",
      "blkio.throttle.read_iops_device": "",
      "blkio.throttle.write_iops_device": "",
    })
    const tenant = group("t", files("8:0 50"))
    const container = group("t/c", files(""))
    blkioV1(v1()).initialise?.(container)
    expect(readFileSync(join(container, "blkio.throttle.read_bps_device"), "utf8").trim()).toBe("8:0 50")
    const read = (writes: ControlWrite[]) => shown(writes).filter((line) => line.includes("read_bps"))
    expect(read(blkioV1(v1()).plan(container, { ioDevices: [{ device: "8:0", readBytesPerSecond: 20 }] }, []))).toEqual([
      "t/c/blkio.throttle.read_bps_device = 8:0 20",
    ])
    expect(read(blkioV1(v1()).plan(container, { ioDevices: [{ device: "8:0", readBytesPerSecond: 90 }] }, []))).toEqual([
      "t/c/blkio.throttle.read_bps_device = 8:0 50",
    ])
    expect(read(blkioV1(v1()).plan(tenant, { ioDevices: [{ device: "8:0", readBytesPerSecond: 70 }] }, [container]))).toEqual([
      "t/blkio.throttle.read_bps_device = 8:0 70",
      "t/c/blkio.throttle.read_bps_device = 8:0 70",
    ])
    expect(read(blkioV1(v1()).plan(tenant, { ioDevices: null }, [container]))).toEqual([
      "t/blkio.throttle.read_bps_device = 8:0 0",
      "t/c/blkio.throttle.read_bps_device = 8:0 0",
    ])
  })

  it("huge pages of a size the host lacks are refused and the sizes it has are named", () => {
    const c = group("c", { "hugetlb.2MB.max": "max", "hugetlb.2MB.rsvd.max": "max", "hugetlb.1GB.max": "max" })
    expect(planned(hugetlbController(v2()), c, { hugetlbMaxBytes: { "2MB": 0 } }).sort()).toEqual([
      "c/hugetlb.1GB.max = max",
      "c/hugetlb.2MB.max = 0",
    ])
    expect(() => planned(hugetlbController(v2()), c, { hugetlbMaxBytes: { "../x": 0 } })).toThrow(
      expect.objectContaining({ code: "limit_unsupported", publicMessage: expect.stringContaining("2MB") as string }),
    )
  })
})

describe("values", () => {
  it("weights keep their proportions", () => {
    expect([1, 50, 100, 200, 10_000].map(sharesOfWeight)).toEqual([10, 512, 1024, 2048, 102_400])
    expect([1, 100, 10_000].map(bfqWeight)).toEqual([1, 100, 1000])
    expect(quotaMicros(0.5)).toBe(50_000)
    expect(() => quotaMicros(0.001)).toThrow(expect.objectContaining({ code: "invalid_argument" }))
  })
})

describe("applyWrites", () => {
  const steps = (): ControlWrite[] => {
    const c = group("c", { one: "1", two: "2", three: "3" })
    return ["one", "two", "three"].map((name) => ({ limit: "pidsMax", path: join(c, name), value: `new ${name}` }))
  }
  const content = (): string[] => ["one", "two", "three"].map((name) => readFileSync(join(mount, "c", name), "utf8").trim())
  const refusing = (errno: number) => (path: string, value: string) => {
    if (path.endsWith("three")) throw new SystemCallError("write", errno, path)
    writeFileSync(path, value)
  }

  it.each([
    [16, "limit_below_usage"],
    [22, "invalid_argument"],
    [95, "limit_unsupported"],
    [5, "cgroup_failed"],
  ])("errno %i rejects with %s and puts everything back", async (errno, code) => {
    const writes = steps()
    await expect(applyWrites(writes, refusing(errno))).rejects.toMatchObject({ code, facts: { limit: "pidsMax" } })
    expect(content()).toEqual(["1", "2", "3"])
  })

  it("a value that cannot be put back is named", async () => {
    const writes = steps()
    let refuse = false
    const stubborn = (path: string, value: string): void => {
      if (path.endsWith("three")) refuse = true
      if (refuse) throw new SystemCallError("write", 16, path)
      writeFileSync(path, value)
    }
    await expect(applyWrites(writes, stubborn)).rejects.toMatchObject({
      facts: { notPutBack: [expect.stringContaining("two"), expect.stringContaining("one")] },
    })
  })

  it("v2: a memory limit that reclaim cannot reach is refused before the kernel would kill for it", async () => {
    const c = group("c", { "memory.current": String(50 * MiB), "memory.high": "max", "memory.max": "max" })
    const written: string[] = []
    await expect(
      applyWrites(
        memoryV2(v2()).plan(c, { memoryMaxBytes: 32 * MiB }, []),
        (path, value) => void written.push(`${path.slice(c.length + 1)} ${value.trim()}`),
      ),
    ).rejects.toMatchObject({
      code: "limit_below_usage",
      facts: { current: 50 * MiB },
    })
    expect(written).toEqual([`memory.high ${32 * MiB}`, "memory.high max"])
  })
})
