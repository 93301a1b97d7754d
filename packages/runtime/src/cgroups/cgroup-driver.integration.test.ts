import { type ChildProcess, spawn } from "node:child_process"
import { randomBytes } from "node:crypto"
import { once } from "node:events"
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { setTimeout as pause } from "node:timers/promises"
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest"
import { deviceNumber } from "../kernel/file-calls.js"
import { readProcessStat } from "../kernel/process-stat.js"
import type { ResourceLimitName } from "../spec/limits.js"
import type { CgroupDriver, ContainerCgroup } from "./cgroup-driver.js"
import { detectCgroups } from "./detect.js"
import { allHierarchies } from "./hierarchy.js"
import { openCgroupDriver } from "./open-cgroup-driver.js"
import { NEWS_MS } from "./pressure.js"
import { SHARED_MS } from "./signs.js"

// One suite for v1, hybrid and v2: what differs is asked of the driver, never assumed.
const layout = detectCgroups()
const MiB = 1024 * 1024
let driver: CgroupDriver
let started: ChildProcess[]

beforeEach(() => {
  driver = openCgroupDriver({ rootName: `plimsoll-test-${randomBytes(3).toString("hex")}` })
  started = []
})

afterEach(async () => {
  for (const location of await driver.list()) {
    const cgroup = driver.open(location)
    await cgroup.killAll(10_000)
    await cgroup.remove()
  }
  for (const tenant of ["acme", "beta"]) await driver.removeTenant(tenant)
  await driver.removeRootIfEmpty()
  for (const child of started) if (child.exitCode === null && child.signalCode === null) await once(child, "exit")
  for (const { mount } of allHierarchies(layout)) expect(existsSync(join(mount, driver.rootName))).toBe(false)
})

/** Runs a program in the group, as an OCI runtime would: it joins every hierarchy, then becomes the program. */
async function runIn(cgroup: ContainerCgroup, script: string): Promise<ChildProcess> {
  const files = allHierarchies(layout).map(({ mount }) => join(mount, cgroup.relativePath, "cgroup.procs"))
  const child = spawn(
    "sh",
    ["-c", 'while [ $# -gt 1 ]; do echo $$ > "$1" || exit 99; shift; done; echo ready; exec sh -c "$1"', "sh", ...files, script],
    {
      stdio: ["pipe", "pipe", "inherit"],
    },
  )
  started.push(child)
  await once(child.stdout ?? child, "data")
  return child
}

function enforceable(name: ResourceLimitName): boolean {
  return driver.enforceableLimits()[name]?.enforceable === true
}

function until(condition: () => boolean | Promise<boolean>): Promise<unknown> {
  return vi.waitUntil(condition, { timeout: 60_000, interval: 5 })
}

async function exitOf(child: ChildProcess): Promise<number | string | null> {
  if (child.exitCode === null && child.signalCode === null) await once(child, "exit")
  return child.exitCode ?? child.signalCode
}

const allocate = (bytes: number): string => `head -c ${bytes} /dev/zero | tail -c ${bytes} | wc -c`

describe("groups", () => {
  it("makes tenants and containers, lists them, and leaves nothing behind", async () => {
    await driver.ensureTenant("acme")
    await driver.ensureTenant("acme")
    const one = await driver.create({ tenant: "acme", containerId: "c1" }, {})
    await driver.create({ tenant: "beta", containerId: "c2" }, { memoryMaxBytes: 64 * MiB })
    expect(one.relativePath).toBe(`/${driver.rootName}/acme/c1`)
    expect(await driver.list()).toEqual([
      { tenant: "acme", containerId: "c1" },
      { tenant: "beta", containerId: "c2" },
    ])
    await expect(driver.removeTenant("acme")).rejects.toMatchObject({ code: "conflict" })
    await driver.removeRootIfEmpty()
    expect(await one.exists()).toBe(true)
    await one.remove()
    await one.remove()
    expect(await one.exists()).toBe(false)
    expect(one.sample()).toBeUndefined()
    expect(one.oomKillCount()).toBe(0)
    await expect(one.update({ pidsMax: 5 })).rejects.toMatchObject({ code: "not_found" })
  })

  it("a group left over from a crash does not pass its limits on", async () => {
    const location = { tenant: "acme", containerId: "again" }
    await driver.create(location, { pidsMax: 7 })
    const again = await driver.create(location, {})
    expect(again.sample()?.pids.max).toBeUndefined()
  })

  it("removal waits for nobody who stays: it names the processes", async () => {
    const cgroup = await driver.create({ tenant: "acme", containerId: "busy" }, {})
    const child = await runIn(cgroup, "exec sleep 1000")
    await expect(cgroup.remove()).rejects.toMatchObject({ code: "cgroup_failed", facts: { pids: [String(child.pid)] } })
    expect(await cgroup.pids()).toEqual([child.pid])
  })

  it("one whose container made a threaded group in it is looked at, emptied and removed like any other", async (context) => {
    const unified = layout.unified?.mount
    context.skip(unified === undefined, "needs a cgroup v2 hierarchy")
    const cgroup = await driver.create({ tenant: "acme", containerId: "threaded" }, {})
    const inner = join(unified ?? "", cgroup.relativePath, "inner")
    mkdirSync(inner)
    writeFileSync(join(inner, "cgroup.type"), "threaded")
    const child = await runIn(cgroup, "exec sleep 1000")
    expect(await cgroup.pids()).toEqual([child.pid])
    await cgroup.killAll(10_000)
    await cgroup.remove()
    expect(await cgroup.exists()).toBe(false)
  })

  it("names that would lead out of the tree are refused", () => {
    for (const containerId of ["..", "a/b", "", "x\0y", "memory.max"])
      expect(() => driver.open({ tenant: "acme", containerId })).toThrow(expect.objectContaining({ code: "invalid_argument" }))
  })
})

describe("limits", () => {
  it("memory: a process that goes beyond is killed and counted, its neighbour is not", async () => {
    const limits = { memoryMaxBytes: 32 * MiB, ...(enforceable("swapMaxBytes") ? { swapMaxBytes: 0 } : {}) }
    const cgroup = await driver.create({ tenant: "acme", containerId: "oom" }, limits)
    const neighbour = await runIn(await driver.create({ tenant: "acme", containerId: "calm" }, limits), "exec sleep 1000")
    expect(cgroup.sample()?.memory.maxBytes).toBe(32 * MiB)
    const child = await runIn(cgroup, `${allocate(100 * MiB)}; exit 0`)
    await exitOf(child)
    await until(() => cgroup.oomKillCount() > 0)
    expect(cgroup.sample()?.memory.oomKills).toBe(cgroup.oomKillCount())
    expect(driver.open({ tenant: "acme", containerId: "calm" }).oomKillCount()).toBe(0)
    expect(neighbour.exitCode).toBeNull()
  })

  it("memory: a new limit below what is used is refused, nothing is killed and nothing changed", async () => {
    const cgroup = await driver.create(
      { tenant: "acme", containerId: "full" },
      { memoryMaxBytes: 200 * MiB, ...(enforceable("swapMaxBytes") ? { swapMaxBytes: 0 } : {}), pidsMax: 100 },
    )
    const child = await runIn(cgroup, `x=$(head -c ${40 * MiB} /dev/zero | tr '\\0' x); echo full; sleep 1000`)
    await until(() => (cgroup.sample()?.memory.anonBytes ?? 0) > 40 * MiB)
    await expect(cgroup.update({ pidsMax: 50, memoryMaxBytes: 16 * MiB })).rejects.toMatchObject({
      code: "limit_below_usage",
      publicMessage: expect.stringContaining("memoryMaxBytes") as string,
    })
    expect(cgroup.sample()).toMatchObject({ memory: { maxBytes: 200 * MiB, oomKills: 0 }, pids: { max: 100 } })
    expect(child.exitCode).toBeNull()
  })

  it("memory and swap move up, down and away in any order", async () => {
    const cgroup = await driver.create({ tenant: "acme", containerId: "moving" }, { memoryMaxBytes: 64 * MiB })
    const swap = enforceable("swapMaxBytes")
    if (swap) await cgroup.update({ swapMaxBytes: 64 * MiB })
    await cgroup.update({ memoryMaxBytes: 1024 * MiB })
    expect(cgroup.sample()?.memory.maxBytes).toBe(1024 * MiB)
    await cgroup.update({ memoryMaxBytes: 32 * MiB })
    if (swap) await cgroup.update({ memoryMaxBytes: 48 * MiB, swapMaxBytes: 0 })
    expect(cgroup.sample()?.memory.maxBytes).toBe((swap ? 48 : 32) * MiB)
    await cgroup.update({ memoryMaxBytes: null, ...(swap ? { swapMaxBytes: null } : {}) })
    expect(cgroup.sample()?.memory.maxBytes).toBeUndefined()
  })

  it("memory: file cache is taken back from a process that grows at the same time, which is not killed and keeps its limit", async () => {
    const limits = { memoryMaxBytes: 256 * MiB, ...(enforceable("swapMaxBytes") ? { swapMaxBytes: 0 } : {}) }
    const cgroup = await driver.create({ tenant: "acme", containerId: "idle" }, limits)
    const file = `/var/tmp/${driver.rootName}`
    try {
      const growing = `dd if=/dev/zero of=${file} bs=1M count=64 2> /dev/null; sync; echo cached; x=; for i in $(seq 24); do x=$x$(head -c 1048576 /dev/zero | tr '\\0' x); done; echo grown; exec sleep 1000`
      const child = await runIn(cgroup, growing)
      let said = ""
      child.stdout?.on("data", (chunk) => {
        said += String(chunk)
      })
      await until(() => said.includes("cached"))
      let taken = 0
      while (!said.includes("grown") && child.exitCode === null) {
        const { beforeBytes, afterBytes } = await cgroup.reclaim(4 * MiB)
        taken += beforeBytes - afterBytes
      }
      expect(taken).toBeGreaterThan(16 * MiB)
      expect(said).toContain("grown")
      expect(cgroup.oomKillCount()).toBe(0)
      expect(cgroup.sample()?.memory.maxBytes).toBe(256 * MiB)
    } finally {
      rmSync(file, { force: true })
    }
  })

  it("memory: taking back from a group that is gone is not_found", async () => {
    const cgroup = driver.open({ tenant: "acme", containerId: "gone" })
    await expect(cgroup.reclaim(MiB)).rejects.toMatchObject({ code: "not_found" })
  })

  it("cpu: half a core is what a busy loop gets, and a change holds while it runs", async () => {
    const cgroup = await driver.create({ tenant: "acme", containerId: "busy" }, { cpuMaxCores: 0.25, cpuWeight: 50 })
    await runIn(cgroup, "while :; do :; done")
    const slow = await coresUsed(cgroup)
    expect(slow).toBeGreaterThan(0.1)
    expect(slow).toBeLessThan(0.4)
    expect(cgroup.sample()?.cpu.throttledPeriods).toBeGreaterThan(0)
    await cgroup.update({ cpuMaxCores: 0.05 })
    expect(await coresUsed(cgroup)).toBeLessThan(0.12)
    await cgroup.update({ cpuMaxCores: null })
    expect(await coresUsed(cgroup)).toBeGreaterThan(slow)
  })

  it("pids: a fork beyond the limit fails", async () => {
    const cgroup = await driver.create({ tenant: "acme", containerId: "forks" }, { pidsMax: 3 })
    const child = await runIn(cgroup, "sleep 1000 & sleep 1000 & (sleep 1000 &) 2>/dev/null; exit 7")
    // dash gives up with 2 when it cannot fork.
    expect(await exitOf(child)).toBe(2)
    expect(cgroup.sample()?.pids).toEqual({ current: 2, max: 3 })
  })

  it("cpuset: processes run where they were put, and lifting gives all CPUs back", async () => {
    const online = readFileSync("/sys/devices/system/cpu/online", "utf8").trim()
    const cgroup = await driver.create({ tenant: "acme", containerId: "pinned" }, { cpusetCpus: "0" })
    const child = await runIn(cgroup, "exec sleep 1000")
    const allowed = (): string | undefined => /^Cpus_allowed_list:\s*(\S+)/m.exec(readFileSync(`/proc/${child.pid}/status`, "utf8"))?.[1]
    expect(allowed()).toBe("0")
    await cgroup.update({ cpusetCpus: null })
    await until(() => allowed() === online)
    await expect(cgroup.update({ cpusetCpus: "4095" })).rejects.toMatchObject({ code: "invalid_argument" })
  })

  it("io: a throttled device is throttled, counted, and set free again", async (context) => {
    const { major, minor } = deviceNumber(statSync("/var/tmp").dev)
    if (!enforceable("ioDevices") || !existsSync(`/sys/block`) || !existsSync(`/sys/dev/block/${major}:${minor}/queue`))
      return context.skip("/var/tmp is on no whole disk of its own")
    const device = `${major}:${minor}`
    const cgroup = await driver.create({ tenant: "acme", containerId: "io" }, { ioDevices: [{ device, writeBytesPerSecond: 4 * MiB }] })
    const file = `/var/tmp/${driver.rootName}.io`
    const began = performance.now()
    expect(await exitOf(await runIn(cgroup, `dd if=/dev/zero of=${file} bs=1M count=8 oflag=direct 2>/dev/null`))).toBe(0)
    const throttledMs = performance.now() - began
    expect(throttledMs).toBeGreaterThan(1000)
    expect(cgroup.sample()?.io.writeBytes).toBeGreaterThanOrEqual(8 * MiB)
    await cgroup.update({ ioDevices: [] })
    const freely = performance.now()
    expect(await exitOf(await runIn(cgroup, `dd if=/dev/zero of=${file} bs=1M count=8 oflag=direct 2>/dev/null; rm ${file}`))).toBe(0)
    expect(performance.now() - freely).toBeLessThan(throttledMs / 2)
    await expect(cgroup.update({ ioDevices: [{ device: "999:999", readBytesPerSecond: 1 }] })).rejects.toMatchObject({
      code: "invalid_argument",
    })
  })

  it("economical samples come to what a whole one says, after I/O, waits, an OOM kill and processes that came and went", async () => {
    const limits = { memoryMaxBytes: 32 * MiB, cpuMaxCores: 0.5, ...(enforceable("swapMaxBytes") ? { swapMaxBytes: 0 } : {}) }
    const cgroup = await driver.create({ tenant: "acme", containerId: "works" }, limits)
    const beside = await driver.create({ tenant: "acme", containerId: "sleeps" }, {})
    await runIn(beside, "exec sleep 1000")
    const file = `/var/tmp/${driver.rootName}.io`
    const sampleBoth = (options: { economical?: boolean }) => [cgroup, beside].map((group) => group.sample(options))
    for (let round = 0; round < 3; round++) sampleBoth({ economical: true })
    const script = `dd if=/dev/zero of=${file} bs=1M count=4 oflag=direct 2>/dev/null; rm ${file}; ${allocate(100 * MiB)}; echo done; sleep 1000 & wait`
    const output = (await runIn(cgroup, script)).stdout
    let said = ""
    output?.on("data", (data) => {
      said += String(data)
    })
    while (!said.includes("done")) {
      sampleBoth({ economical: true })
      await pause(20)
    }
    // The shell waits from here on; what was read a moment ago is used for so long.
    await pause(Math.max(3 * SHARED_MS, 1.1 * NEWS_MS))
    const economical = sampleBoth({ economical: true })
    const whole = sampleBoth({ economical: false })
    const comparable = (stats: (typeof whole)[number]) => ({
      ...stats,
      sampledAt: 0,
      // Of user and system time, which v1 tells in ticks, the last one may be missing.
      cpu: { ...stats?.cpu, userMicros: undefined, systemMicros: undefined },
      pressure: undefined,
      waits: [stats?.pressure?.cpu, stats?.pressure?.memory, stats?.pressure?.io].map((kind) => kind?.some.totalMicros),
      // Pages that are charged in advance may be taken without a move of the charge.
      memory: { oomKills: stats?.memory.oomKills, chargedBytes: stats?.memory.chargedBytes, maxBytes: stats?.memory.maxBytes },
    })
    expect(economical.map(comparable)).toEqual(whole.map(comparable))
    expect(economical[0]?.memory.oomKills).toBeGreaterThan(0)
    expect(economical[0]?.pids.current).toBe(2)
    expect(economical[0]?.cpu.periods).toBeGreaterThan(0)
  })

  it("a tenant's bound holds for the sum, and what a container asked for comes into force when the tenant's grows", async () => {
    await driver.setTenantLimits("acme", { cpuMaxCores: 0.1, cpusetCpus: "0", pidsMax: 50 })
    const cgroup = await driver.create({ tenant: "acme", containerId: "child" }, { cpuMaxCores: 0.3 })
    await runIn(cgroup, "while :; do :; done")
    expect(await coresUsed(cgroup)).toBeLessThan(0.2)
    await driver.setTenantLimits("acme", { cpuMaxCores: 2 })
    const freed = await coresUsed(cgroup)
    expect(freed).toBeGreaterThan(0.2)
    expect(freed).toBeLessThan(0.45)
    await driver.setTenantLimits("acme", { cpuMaxCores: 0.05 })
    expect(await coresUsed(cgroup)).toBeLessThan(0.15)
    await driver.setTenantLimits("acme", {})
    expect(await coresUsed(cgroup)).toBeGreaterThan(0.2)
  })

  it("protected memory is granted by every group above, as long as the container is there (needs cgroup v2: v1 protects no memory)", async (context) => {
    if (!enforceable("memoryLowBytes")) return context.skip("cgroup v1 protects no memory")
    const one = await driver.create({ tenant: "acme", containerId: "one" }, { memoryLowBytes: 8 * MiB, memoryMinBytes: 4 * MiB })
    const two = await driver.create({ tenant: "acme", containerId: "two" }, { memoryLowBytes: 16 * MiB })
    const granted = async (file: string): Promise<(string | undefined)[]> => (await one.tree()).map(({ files }) => files[file])
    expect(await granted("memory.low")).toEqual([24, 24, 8].map((mebibytes) => String(mebibytes * MiB)))
    expect(await granted("memory.min")).toEqual([4, 4, 4].map((mebibytes) => String(mebibytes * MiB)))
    await two.remove()
    expect(await granted("memory.low")).toEqual([8, 8, 8].map((mebibytes) => String(mebibytes * MiB)))
    await driver.setTenantLimits("acme", { memoryLowBytes: 32 * MiB })
    expect(await granted("memory.low")).toEqual([32, 32, 8].map((mebibytes) => String(mebibytes * MiB)))
    await driver.setTenantLimits("acme", {})
    await one.update({ memoryLowBytes: null, memoryMinBytes: null })
    expect(await granted("memory.low")).toEqual(["0", "0", "0"])
    expect(await granted("memory.min")).toEqual(["0", "0", "0"])
  })

  it("every limit of the table is either enforced or refused with its reason", async () => {
    const values = {
      memoryMaxBytes: 64 * MiB,
      memoryHighBytes: 32 * MiB,
      memoryLowBytes: MiB,
      memoryMinBytes: MiB,
      swapMaxBytes: 0,
      cpuMaxCores: 1,
      cpuWeight: 200,
      cpusetCpus: "0",
      cpusetMems: "0",
      pidsMax: 10,
      ioWeight: 50,
      ioDevices: [],
      hugetlbMaxBytes: {},
    }
    const abilities = driver.enforceableLimits()
    expect(Object.keys(abilities).sort()).toEqual(Object.keys(values).sort())
    for (const [name, value] of Object.entries(values)) {
      // v1 limits swap only together with memory.
      const limits = name === "swapMaxBytes" ? { memoryMaxBytes: 64 * MiB, swapMaxBytes: 0 } : { [name]: value }
      const ability = abilities[name as ResourceLimitName]
      const made = driver.create({ tenant: "acme", containerId: name }, limits)
      if (ability?.enforceable === true) await made
      else
        await expect(made).rejects.toMatchObject({
          code: "limit_unsupported",
          publicMessage: expect.stringContaining(ability?.reason ?? "no reason given") as string,
        })
      expect(await driver.open({ tenant: "acme", containerId: name }).exists()).toBe(ability?.enforceable === true)
    }
  })

  it("a limit the kernel refuses leaves no group behind", async () => {
    if (!enforceable("ioDevices")) return
    const refused = driver.create(
      { tenant: "acme", containerId: "half" },
      { pidsMax: 9, ioDevices: [{ device: "999:999", readBytesPerSecond: 1 }] },
    )
    await expect(refused).rejects.toMatchObject({ code: "invalid_argument" })
    expect(await driver.list()).toEqual([])
  })
})

describe("freezing and killing", () => {
  it("frozen processes make no progress until thawed", async () => {
    const cgroup = await driver.create({ tenant: "acme", containerId: "frozen" }, {})
    const child = await runIn(cgroup, "while :; do :; done")
    await cgroup.freeze()
    expect(await cgroup.isFrozen()).toBe(true)
    const ticks = (): number => {
      const stat = readProcessStat(child.pid ?? 0)
      return (stat?.userTicks ?? 0) + (stat?.systemTicks ?? 0)
    }
    const before = ticks()
    const usage = cgroup.sample()?.cpu.usageMicros ?? 0
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(ticks()).toBe(before)
    expect((cgroup.sample()?.cpu.usageMicros ?? 0) - usage).toBeLessThan(5000)
    await cgroup.thaw()
    expect(await cgroup.isFrozen()).toBe(false)
    await until(() => ticks() > before)
  })

  it("kills a frozen group", async () => {
    const cgroup = await driver.create({ tenant: "acme", containerId: "cold" }, {})
    const child = await runIn(cgroup, "exec sleep 1000")
    await cgroup.freeze()
    await cgroup.killAll(20_000)
    expect(await exitOf(child)).toBe("SIGKILL")
    expect(await cgroup.pids()).toEqual([])
  })

  it("kills a fork bomb and everything below the group", async () => {
    const cgroup = await driver.create({ tenant: "acme", containerId: "bomb" }, { pidsMax: 200 })
    await runIn(cgroup, "bomb() { while :; do (bomb) 2>/dev/null & done; }; bomb 2>/dev/null")
    await until(() => (cgroup.sample()?.pids.current ?? 0) > 50)
    await cgroup.killAll(30_000)
    expect(await cgroup.pids()).toEqual([])
    await cgroup.remove()
  })
})

describe("statistics and the tree", () => {
  it("counts what the group used, and nothing of others", async () => {
    const cgroup = await driver.create({ tenant: "acme", containerId: "stats" }, {})
    await runIn(cgroup, `x=$(head -c ${20 * MiB} /dev/zero | tr '\\0' x); sleep 1000`)
    await until(() => (cgroup.sample()?.memory.anonBytes ?? 0) > 20 * MiB)
    const sample = cgroup.sample()
    expect(sample?.memory.usedBytes).toBeGreaterThanOrEqual(20 * MiB)
    expect(sample?.memory.chargedBytes).toBeGreaterThanOrEqual(20 * MiB)
    expect(sample?.cpu.usageMicros).toBeGreaterThan(0)
    expect(sample?.pids.current).toBeGreaterThanOrEqual(1)
    if (existsSync("/proc/pressure/cpu") && layout.unified !== undefined)
      expect(sample?.pressure?.cpu?.some.totalMicros).toBeGreaterThanOrEqual(0)
  })

  it("shows engine, tenant, container and inner groups as the kernel has them", async () => {
    const cgroup = await driver.create({ tenant: "acme", containerId: "tree" }, { pidsMax: 77 })
    const child = await runIn(cgroup, "exec sleep 1000")
    const tree = await cgroup.tree()
    expect(tree.map(({ role }) => role)).toEqual(["engine", "tenant", "container"])
    expect(tree[2]).toMatchObject({ path: cgroup.relativePath, pids: [child.pid], files: { "pids.max": "77" } })
    expect(tree[2]?.controllers).toContain("memory")
    expect(tree[0]?.pids).toEqual([])
  })

  it("descriptors that sampling opens are closed again", async () => {
    const cgroup = await driver.create({ tenant: "acme", containerId: "closing" }, {})
    const before = openDescriptors()
    cgroup.sample()
    expect(openDescriptors()).toBeGreaterThan(before)
    await cgroup.remove()
    expect(openDescriptors()).toBe(before)
  })
})

function openDescriptors(): number {
  return readdirSync("/proc/self/fd").length
}

async function coresUsed(cgroup: ContainerCgroup): Promise<number> {
  const first = cgroup.sample()
  // Several bandwidth periods, so that one more or less does not matter.
  await new Promise((resolve) => setTimeout(resolve, 1000))
  const second = cgroup.sample()
  if (first === undefined || second === undefined) throw new Error("the group is gone")
  return (second.cpu.usageMicros - first.cpu.usageMicros) / ((second.sampledAt - first.sampledAt) * 1000)
}
