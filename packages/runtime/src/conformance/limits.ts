import { existsSync, readdirSync, readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import type { ResourceLimits } from "../spec/limits.js"
import { expectRefusal, type Harness, idle, script } from "./harness.js"

const MiB = 1 << 20

/** A value of each limit that is valid on every host. */
const samples: Required<Omit<ResourceLimits, "cpusetMems">> = {
  memoryMaxBytes: 64 * MiB,
  memoryHighBytes: 32 * MiB,
  memoryLowBytes: 8 * MiB,
  memoryMinBytes: 4 * MiB,
  swapMaxBytes: 0,
  cpuMaxCores: 0.5,
  cpuWeight: 50,
  cpusetCpus: "0",
  pidsMax: 50,
  ioWeight: 50,
  ioDevices: [],
  hugetlbMaxBytes: { "2MB": 0 },
}

export function limitsConformance(harness: Harness): void {
  describe("limits", () => {
    for (const name of Object.keys(samples) as (keyof typeof samples)[]) {
      it(`${name} is held, or refused with the reason`, async (context) => {
        const sample =
          name === "ioDevices"
            ? [{ device: anyDisk() ?? context.skip("the host has no disk"), readBytesPerSecond: 1 << 30 }]
            : samples[name]
        const ability = harness.info.enforceableLimits[name]
        const limits: ResourceLimits = { [name]: sample, ...(name === "swapMaxBytes" ? { memoryMaxBytes: samples.memoryMaxBytes } : {}) }
        if (ability?.enforceable === true) expect((await harness.create({ limits })).limits).toMatchObject(limits)
        else await expectRefusal(harness.create({ limits }), "limit_unsupported")
      })
    }

    it("a process that needs more memory than it may have is killed, and it is told", async (context) => {
      harness.needsLimit(context, "memoryMaxBytes")
      harness.needsAbility(context, "oom-reports")
      const cursor = await harness.newestCursor()
      const limits = {
        memoryMaxBytes: 24 * MiB,
        ...(harness.info.enforceableLimits.swapMaxBytes?.enforceable === true ? { swapMaxBytes: 0 } : {}),
      }
      const finished = await harness.run({ init: false, command: ["/bin/sh", "-c", "exec tail -c 200000000 /dev/zero"], limits })
      expect(finished).toMatchObject({ exitCode: 137, oomKilled: true })
      await expect
        .poll(async () => (await harness.eventsAfter(cursor)).some((event) => event.action === "oom" && event.id === finished.id))
        .toBe(true)
      expect((await harness.engine.containers.inspect(finished.id)).state).toMatchObject({ status: "exited", oomKilled: true })
    })

    it("a fork bomb stays within its count", async (context) => {
      harness.needsLimit(context, "pidsMax")
      // The shell that cannot fork ends; what it forked stays.
      const { id } = await harness.start({
        ...script("(for i in $(seq 1 60); do sleep 1000 & done) 2>/dev/null; exec sleep 1000"),
        limits: { pidsMax: 20 },
      })
      await expect.poll(async () => (await harness.engine.containers.stats(id)).pids.current).toBeGreaterThanOrEqual(15)
      expect((await harness.engine.containers.stats(id)).pids).toMatchObject({ max: 20 })
      expect((await harness.engine.containers.stats(id)).pids.current).toBeLessThanOrEqual(20)
    })

    it("half a core is half a core, and is changed while it runs", async (context) => {
      harness.needs(context, "update")
      harness.needsLimit(context, "cpuMaxCores")
      const { id } = await harness.start({ ...script("while :; do :; done"), limits: { cpuMaxCores: 0.5 } })
      expect(await coresUsed(harness, id)).toBeLessThan(0.7)
      await harness.engine.containers.update(id, { limits: { cpuMaxCores: 0.1 } })
      expect(await coresUsed(harness, id)).toBeLessThan(0.25)
      expect((await harness.engine.containers.inspect(id)).limits.cpuMaxCores).toBe(0.1)
      await harness.engine.containers.update(id, { limits: { cpuMaxCores: null } })
      expect((await harness.engine.containers.inspect(id)).limits.cpuMaxCores).toBeUndefined()
      const lifted = (await harness.engine.containers.stats(id)).cpu.throttledPeriods
      await new Promise((resolve) => setTimeout(resolve, 300))
      expect((await harness.engine.containers.stats(id)).cpu.throttledPeriods).toBe(lifted)
    })

    it("changed limits outlast a restart", async (context) => {
      harness.needs(context, "update")
      harness.needsLimit(context, "pidsMax")
      const { id } = await harness.start()
      await harness.engine.containers.update(id, { limits: { pidsMax: 33 } })
      await harness.engine.containers.restart(id)
      expect((await harness.engine.containers.stats(id)).pids.max).toBe(33)
    })

    it("a limit below what is used is refused, and the old one stays", async (context) => {
      harness.needs(context, "update")
      harness.needsLimit(context, "memoryMaxBytes")
      const swapless = harness.info.enforceableLimits.swapMaxBytes?.enforceable === true ? { swapMaxBytes: 0 } : {}
      const { id } = await harness.start({
        command: ["/bin/sh", "-c", "head -c 60000000 /dev/zero | tail -c 60000000 | (sleep 1000)"],
        limits: { memoryMaxBytes: 128 * MiB, ...swapless },
      })
      await expect
        .poll(async () => (await harness.engine.containers.stats(id)).memory.usedBytes, { timeout: 20_000 })
        .toBeGreaterThan(40 * MiB)
      await expectRefusal(harness.engine.containers.update(id, { limits: { memoryMaxBytes: 8 * MiB } }), "limit_below_usage")
      expect((await harness.engine.containers.inspect(id)).limits.memoryMaxBytes).toBe(128 * MiB)
      expect((await harness.engine.containers.inspect(id)).state.status).toBe("running")
    })

    it("an update is all or nothing", async (context) => {
      harness.needs(context, "update")
      harness.needsLimit(context, "pidsMax")
      const { id } = await harness.start({ limits: { pidsMax: 40 } })
      await expectRefusal(harness.engine.containers.update(id, { limits: { pidsMax: 50, memoryMaxBytes: -5 } }), "invalid_argument")
      expect((await harness.engine.containers.stats(id)).pids.max).toBe(40)
    })
  })

  describe("stats", () => {
    it("count what the container uses", async () => {
      const { id } = await harness.start(script("i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done; echo done; sleep 1000"))
      await expect.poll(() => harness.output(id)).toContain("done")
      const first = await harness.engine.containers.stats(id)
      expect(first.containerId).toBe(id)
      expect(first.cpu.usageMicros).toBeGreaterThan(1000)
      expect(first.memory.usedBytes).toBeGreaterThan(0)
      expect(first.memory.chargedBytes).toBeGreaterThanOrEqual(first.memory.anonBytes)
      expect(first.pids.current).toBeGreaterThanOrEqual(2)
      expect(first.network?.transmittedPackets).toBeGreaterThanOrEqual(0)
      const second = await harness.engine.containers.stats(id)
      expect(second.cpu.usageMicros).toBeGreaterThanOrEqual(first.cpu.usageMicros)
      expect(second.sampledAt).toBeGreaterThanOrEqual(first.sampledAt)
    })

    it("of all are of those that run", async () => {
      const running = await harness.start()
      const created = await harness.create()
      const ids = (await harness.engine.containers.statsAll()).map((stats) => stats.containerId)
      expect(ids).toContain(running.id)
      expect(ids).not.toContain(created.id)
      await expectRefusal(harness.engine.containers.stats(created.id), "conflict")
    })
  })

  describe("a tenant's limits", () => {
    it("hold for the sum of its containers", async (context) => {
      harness.needs(context, "tenant-limits")
      harness.needsLimit(context, "pidsMax")
      await harness.engine.tenants.setLimits("small", { pidsMax: 15 })
      const bomb = script("(for i in $(seq 1 30); do sleep 1000 & done) 2>/dev/null; exec sleep 1000")
      // The bomb comes second: once it has struck, its neighbour would not even start.
      const [b, a] = [await harness.start({ tenant: "small", command: idle }), await harness.start({ tenant: "small", ...bomb })]
      await expect.poll(async () => (await harness.engine.containers.stats(a.id)).pids.current).toBeGreaterThanOrEqual(8)
      const sum = (await harness.engine.containers.stats(a.id)).pids.current + (await harness.engine.containers.stats(b.id)).pids.current
      expect(sum).toBeLessThanOrEqual(15)
      expect((await harness.engine.tenants.list()).find((tenant) => tenant.name === "small")?.limits).toMatchObject({ pidsMax: 15 })
      await expectRefusal(harness.engine.tenants.remove("small"), "conflict")
      await harness.removeContainers()
      await harness.engine.tenants.remove("small")
      expect((await harness.engine.tenants.list()).map((tenant) => tenant.name)).not.toContain("small")
    })

    it("ranges of user ids do not overlap", async (context) => {
      // Where tenants are mere names, they share one range or have none.
      harness.needs(context, "tenant-limits")
      for (const tenant of ["range-a", "range-b", "range-c"]) await harness.create({ tenant })
      const tenants = await harness.engine.tenants.list()
      for (const a of tenants)
        for (const b of tenants) if (a !== b) expect(a.uidBase + a.idCount <= b.uidBase || b.uidBase + b.idCount <= a.uidBase).toBe(true)
      await harness.removeContainers()
      for (const tenant of ["range-a", "range-b", "range-c"]) await harness.engine.tenants.remove(tenant)
    })
  })
}

/** `major:minor` of a disk of the host. */
function anyDisk(): string | undefined {
  const disks = existsSync("/sys/block") ? readdirSync("/sys/block").filter((name) => !/^(loop|ram|zram)/.test(name)) : []
  const [disk] = disks
  return disk === undefined ? undefined : readFileSync(`/sys/block/${disk}/dev`, "utf8").trim()
}

/** Cores used over half a second. */
async function coresUsed(harness: Harness, id: string): Promise<number> {
  const first = await harness.engine.containers.stats(id)
  await new Promise((resolve) => setTimeout(resolve, 500))
  const second = await harness.engine.containers.stats(id)
  return (second.cpu.usageMicros - first.cpu.usageMicros) / 1000 / (second.sampledAt - first.sampledAt)
}
