import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { capacityReason } from "../../contract/reasons.js"
import { statsOf } from "../../testing/fake-engine.js"
import { exceeded, salesOn, someCapacity, startLine } from "../../testing/start-line.js"
import { tenantEngine } from "../../testing/tenant-engine.js"
import { predictPlimsoll } from "../load-line/predictors/predict-plimsoll.js"
import { SLOT_MS, SLOTS_PER_DAY } from "../load-line/slots.js"
import { WHOLE } from "./use-book.js"

const GIB = 2 ** 30
const MIB = 2 ** 20

let it_: Awaited<ReturnType<typeof startLine>>
beforeEach(async () => {
  it_ = await startLine(tenantEngine())
})
afterEach(() => it_.close())

const { engine, create, planOf } = salesOn(() => it_)

describe("settings", () => {
  it("hold at once and over a restart; what was not changed goes with the machine", async () => {
    await create(7 * GIB)
    await create(7 * GIB)
    await expect(create(4 * GIB)).rejects.toMatchObject(exceeded("memory"))
    await it_.line.changeSettings({ fallbackRatio: { memory: 2 } })
    await it_.line.changeSettings({ theta: { cpu: 0.5 } })
    await it_.restart()
    await expect(create(4 * GIB)).resolves.toBeDefined()
    it_.machine.capacity.memory = 100 * GIB
    expect(await it_.lineOf("memory")).toMatchObject({ reserve: 5 * GIB, theta: 0.85 })
    expect((await it_.lineOf("cpu")).theta).toBe(0.5)
  })

  it("never keep more than there is", async () => {
    await it_.line.changeSettings({ reserve: { memory: 99 * GIB } })
    expect(await it_.lineOf("memory")).toMatchObject({ reserve: 10 * GIB, allocatable: 0 })
    await expect(create(8 * MIB)).rejects.toMatchObject(exceeded("memory"))
  })
})

describe("the history of use", () => {
  const START = 20_000 * SLOTS_PER_DAY * SLOT_MS

  async function useOf(days: number, sale: string) {
    const { book } = it_.line
    for (let at = START; at < START + days * SLOTS_PER_DAY * SLOT_MS; at += SLOT_MS)
      for (const key of [sale, WHOLE])
        for (const resource of ["memory", "cpu"] as const) book.observe(resource, key, at, resource === "cpu" ? 0.1 : GIB / 2)
    it_.tenancy.clock.now = START + days * SLOTS_PER_DAY * SLOT_MS - 1
  }

  it("gives the same predictions after a restart", async () => {
    const { id } = await create(4 * GIB)
    // A little more than a week: a sample that the server took before it at another time of the clock costs the ring its first hour.
    await useOf(7.1, `container:${id}`)
    const before = await it_.lineOf("memory")
    expect(before).toMatchObject({ decidedBy: "prediction", historyDays: 7 })
    await it_.restart()
    expect({ ...(await it_.lineOf("memory")), used: before.used }).toEqual(before)
  })

  it("forgets what is gone for good, also in the database", async () => {
    const [stays, goes] = [await create(GIB), await create(GIB)]
    await useOf(1, `container:${goes.id}`)
    await useOf(1, `container:${stays.id}`)
    it_.tenancy.fake.drop(goes.id)
    for (let minute = 0; minute < 5; minute++) await it_.line.minute()
    const kept = await it_.tenancy.it.prisma.useRing.findMany({ distinct: ["sale"], orderBy: { sale: "asc" } })
    expect(kept.map(({ sale }) => sale)).toEqual([`container:${stays.id}`, WHOLE])
  })

  it("is not lost when one ring in the database is not whole", async () => {
    const { id } = await create(4 * GIB)
    await useOf(2, `container:${id}`)
    await it_.line.close()
    await it_.tenancy.it.prisma.useRing.update({
      where: { resource_sale: { resource: "cpu", sale: WHOLE } },
      data: { state: '{"values":""}' },
    })
    const { database } = it_.tenancy.it
    const { createUseRingStore } = await import("./use-ring-store.js")
    const unreadable: string[] = []
    const rings = await createUseRingStore(database).load((_, sale) => unreadable.push(sale))
    expect(unreadable).toEqual([WHOLE])
    expect(rings).toHaveLength(3)
  })

  it("with gaps is said to have them", async () => {
    const { id } = await create(4 * GIB)
    await useOf(3, `container:${id}`)
    expect((await it_.line.now()).remarks.join("\n")).not.toContain("gaps")
    it_.tenancy.clock.now += 3 * SLOTS_PER_DAY * SLOT_MS
    expect((await it_.line.now()).remarks).toContain(
      "Of the history of use 50 % are gaps: what was used in them is not known, and nothing is put in its place.",
    )
  })

  it("that cannot be read is remarked, and the fixed ratio bounds what is sold until it is there again", async () => {
    const { id } = await create(4 * GIB)
    await useOf(7.1, `container:${id}`)
    expect(await it_.lineOf("memory")).toMatchObject({ decidedBy: "prediction" })
    await it_.line.close()
    const { prisma } = it_.tenancy.it
    await prisma.useRing.updateMany({ where: { resource: "memory" }, data: { state: '{"firstSlot":1,"newestSlot":2,"values":"AAAA' } })
    await it_.reopen()
    expect(await it_.lineOf("memory")).toMatchObject({ historyDays: expect.closeTo(0, 1) as number, decidedBy: "fallback" })
    expect((await it_.line.now()).remarks.join("\n")).toContain("Of the history of use 2 parts could not be read at the last start")
  })

  it("is told of sales: who uses the most and least of what they bought, and which plan would do", async () => {
    const { plans } = it_.tenancy.it
    expect(await plans.list()).toEqual([])
    await planOf({ memoryMaxBytes: 16 * MIB, cpuMaxCores: 1 }, "Tiny")
    const small = await planOf({ memoryMaxBytes: GIB, cpuMaxCores: 1 }, "Small")
    const [full, idle] = [await create(0.5 * GIB), await create(8 * GIB)]
    for (const { id } of [full, idle]) await useOf(1, `container:${id}`)
    const { over, under } = await it_.line.sales({ resource: "memory", limit: 1 })
    expect(over).toMatchObject([{ id: full.id, peak: GIB / 2, sold: GIB / 2, historyDays: 1, betterPlan: { id: small.id, name: "Small" } }])
    expect(under).toMatchObject([{ id: idle.id, sold: 8 * GIB }])
  })

  it("is a prediction of the very sales that are present", async () => {
    const { id } = await create(4 * GIB)
    await useOf(3, `container:${id}`)
    const { containers } = { containers: [{ id: `container:${id}`, limit: 4 * GIB }] }
    const history = it_.line.book.history("memory")
    expect((await it_.lineOf("memory")).predictedPeak).toBe(predictPlimsoll({ history, containers, atMs: it_.tenancy.clock.now }).peak)
  })
})

describe("what is used", () => {
  it("is seen from the sampler, by sale, and unknown when the sampler has stalled for ten seconds", async () => {
    const { id } = await create(GIB)
    await engine().containers.start(id)
    it_.tenancy.fake.stats.set(id, statsOf(id, it_.tenancy.clock.now, 0, { memory: { ...statsOf(id, 0, 0).memory, usedBytes: 300 * MIB } }))
    await expect.poll(async () => (await it_.lineOf("memory")).used, { timeout: 5000 }).toBe(300 * MIB)
    expect(it_.line.book.ring("memory", `container:${id}`, it_.tenancy.clock.now)?.peak).toBe(300 * MIB)
    it_.tenancy.fake.containers.statsAll = () => Promise.reject(new Error("stalled"))
    it_.tenancy.clock.now += 10_001
    expect((await it_.lineOf("memory")).used).toBeNull()
    expect((await it_.line.now()).remarks).toContainEqual(
      expect.stringMatching(/^What containers use is not known: they could not be measured/),
    )
  })

  it("of disks is summed by sale, and their ledger says what compacting would give back", async () => {
    const { id } = await create(GIB, { diskBytes: 8 * GIB })
    it_.machine.disks = [{ kind: "container", id, tenant: "operator", sizeBytes: 8 * GIB, allocatedBytes: 3 * GIB, usedBytes: GIB }]
    it_.machine.fileSystemUsedBytes = 10 * GIB
    expect(await it_.lineOf("disk")).toMatchObject({ used: 3 * GIB, sold: 8 * GIB, reserve: 12 * GIB })
    const { under } = await it_.line.sales({ resource: "disk", limit: 9 })
    expect(under).toEqual([])
    await it_.line.minute()
    expect((await it_.line.sales({ resource: "disk", limit: 9 })).over).toMatchObject([{ id, used: 3 * GIB, peak: 3 * GIB }])
  })
})

describe("a machine that shrinks", () => {
  it("is remarked, also over a restart, and stops nothing", async () => {
    await create(7 * GIB, { limits: { memoryLowBytes: 5 * GIB } })
    await it_.line.minute()
    it_.machine.capacity.memory = 4 * GIB
    await it_.restart()
    await it_.line.minute()
    expect((await it_.lineOf("memory")).headroom).toBeLessThan(0)
    const { remarks, remarkFacts } = await it_.line.now()
    expect(remarks[0]).toBe("This machine's memory shrank from 10 GiB to 4 GiB. Nothing was stopped for it.")
    expect(remarks).toContain(
      "More memory is guaranteed than there is: 5 GiB, of 3.5 GiB that can be given. It cannot be kept if all take it at once.",
    )
    expect(remarkFacts[0]).toEqual({ code: "shrank", resource: "memory", before: 10 * GIB, now: 4 * GIB })
    expect(remarkFacts).toHaveLength(remarks.length)
    expect(await engine().containers.list()).toHaveLength(1)
  })

  const told = () =>
    it_.noted.filter(({ action }) => action === "capacity").map(({ attributes }) => `${attributes.change}: ${attributes.why}`)

  it("is told as an incident once, also over a restart, again when it shrinks further, and when it is as it was", async () => {
    await it_.line.minute()
    for (const gibibytes of [4, 4, 2, 10, 10]) {
      it_.machine.capacity.memory = gibibytes * GIB
      await it_.restart()
      for (let again = 0; again < 2; again++) await it_.line.minute()
    }
    expect(told()).toEqual([
      "shrank: This machine's memory shrank from 10 GiB to 4 GiB. Nothing was stopped for it.",
      "shrank: This machine's memory shrank from 10 GiB to 2 GiB. Nothing was stopped for it.",
      "back: This machine's memory is 10 GiB again.",
    ])
    expect(it_.noted.find(({ action }) => action === "capacity")).toMatchObject({
      kind: "incident",
      tenant: "operator",
      attributes: { resource: "memory", beforeAmount: String(10 * GIB), nowAmount: String(4 * GIB) },
    })
    const facts = it_.noted
      .filter(({ action }) => action === "capacity")
      .map(({ attributes }) => capacityReason.parse(JSON.parse(attributes.whyFacts ?? "")))
    expect(facts).toEqual([
      { code: "shrank", resource: "memory", before: 10 * GIB, now: 4 * GIB },
      { code: "shrank", resource: "memory", before: 10 * GIB, now: 2 * GIB },
      { code: "back", resource: "memory", now: 10 * GIB },
    ])
    expect((await it_.line.now()).remarks.join(" ")).not.toContain("shrank")
  })

  it("whose disk takes no writes sells none of it and says why, also when that can be written only later", async () => {
    await it_.line.minute()
    it_.machine.capacity.disk = null
    it_.machine.diskFault = "it is read-only"
    it_.machine.journalFails = true
    await expect(it_.line.minute()).rejects.toThrow("read-only")
    const why = "The disk that holds the engine's data takes no writes (it is read-only)"
    await expect(engine().volumes.create({ name: "data", sizeBytes: GIB })).rejects.toMatchObject({
      code: "load_line_exceeded",
      publicMessage: `${why}, so that nothing more of it is sold. An operator may let it pass with a reason.`,
    })
    expect((await it_.line.now()).remarks[0]).toBe(`${why}: nothing more of it is sold.`)
    expect(told()).toEqual([])
    Object.assign(it_.machine, { capacity: { ...someCapacity }, diskFault: null, journalFails: false })
    await it_.line.minute()
    expect(told()).toEqual([
      `lost: ${why}: nothing more of it is sold. What runs goes on.`,
      "back: This machine's disk can be read and written again: it is 100 GiB.",
    ])
    await expect(engine().volumes.create({ name: "data", sizeBytes: GIB })).resolves.toBeDefined()
  })
})
