import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { type LadderHost, MiB, startLadderHost } from "../../testing/ladder-host.js"
import type { Consumer, Victim } from "./take-snapshot.js"

let host: LadderHost
beforeEach(async () => {
  host = await startLadderHost()
  // What is done about it is another's.
  await host.set((settings) => ({ ...settings, mode: "off" }))
})
afterEach(() => host.close())

const snapshots = async () =>
  (await host.events("incident")).map(({ action, attributes, tenant, id }) => ({
    action,
    id,
    tenant,
    ...attributes,
    consumers: JSON.parse(attributes.consumers ?? "") as Consumer[],
    victims: JSON.parse(attributes.victims ?? "") as Victim[],
  }))
describe("an incident of memory", () => {
  it("names the five who take the most, and those who lost with what they lost", async () => {
    for (let index = 1; index <= 7; index++) host.put(`c${index}`, index * 10, { tenant: `t${index}` })
    host.show("c2", (stats) => ({
      ...stats,
      pressure: { memory: { some: { avg10: 12.345, avg60: 0, avg300: 0, totalMicros: 0 } } },
    }))
    await host.fill(0.5)
    await host.seconds(2)
    host.show("c1", (stats) => ({ ...stats, memory: { ...stats.memory, majorFaults: 300 } }))
    await host.fill(0.87)
    await host.seconds(1)
    const [incident, ...others] = await snapshots()
    expect(others).toEqual([])
    expect(incident).toMatchObject({
      action: "use",
      resource: "memory",
      id: "local",
      tenant: "operator",
      why: "use of memory passed 85 % of allocatable: it is 87 %",
      whyFacts: expect.stringMatching(/^{"code":"use-passed","threshold":0.85,"share":0.87\d*}$/),
      memoryFullAvg10: "0",
    })
    expect(incident?.consumers.map(({ id, tenant, amount }) => [id, tenant, amount / MiB])).toEqual(
      [7, 6, 5, 4, 3].map((index) => [`c${index}`, `t${index}`, index * 10]),
    )
    expect(incident?.victims).toEqual([
      { id: "c1", name: "name-c1", tenant: "t1", majorFaultsPerSecond: 150 },
      { id: "c2", name: "name-c2", tenant: "t2", waitedForMemory: 12.35, majorFaultsPerSecond: 0 },
    ])
  })

  it("is one while use hovers around a threshold, and one a minute at most, which says how many were passed over", async () => {
    await host.fill(0.81)
    await host.seconds(1)
    for (let round = 0; round < 50; round++) {
      await host.fill(0.79)
      await host.seconds(1)
      await host.fill(0.81)
      await host.seconds(1)
    }
    expect(await snapshots()).toHaveLength(1)
    for (const share of [0.86, 0.5, 0.81, 0.5]) {
      await host.fill(share)
      await host.seconds(5)
    }
    await host.fill(0.98)
    await host.seconds(1)
    await host.fill(0.5)
    await host.seconds(1)
    await host.fill(0.99)
    await host.seconds(1)
    const [, second, ...others] = await snapshots()
    expect(others).toEqual([])
    expect(second).toMatchObject({ why: expect.stringContaining("85 %") })
    await host.fill(0.5)
    await host.seconds(60)
    await host.fill(0.81)
    await host.seconds(1)
    expect((await snapshots()).at(-1)).toMatchObject({ passedOver: "3" })
  })

  it("begins with pressure, too", async () => {
    host.reading.pressure = { someAvg60: 0, fullAvg10: 6 }
    await host.seconds(100)
    expect(await snapshots()).toMatchObject([{ action: "pressure", why: "6 % of the last 10 s all waited for memory" }])
  })

  it("begins with the kernel's OOM killer, and is not for the tenant whose container it was", async () => {
    host.put("victim", 50, { tenant: "acme" })
    host.put("hog", 500, { tenant: "beta" })
    await host.seconds(1)
    host.engine.emit({ action: "oom", id: "victim", name: "name-victim", tenant: "acme" })
    await host.seconds(1)
    expect(await snapshots()).toMatchObject([
      { action: "oom", id: "victim", tenant: "operator", consumers: [{ id: "hog" }, { id: "victim" }], victims: [{ id: "victim" }] },
    ])
  })

  it("is told of each container that the kernel killed in, whatever else was told, once a minute", async () => {
    for (const id of ["first", "second"]) host.put(id, 50)
    await host.fill(0.5)
    await host.seconds(1)
    await host.fill(0.9)
    await host.seconds(1)
    for (const id of ["first", "first", "second"]) host.engine.emit({ action: "oom", id, name: id, tenant: "acme" })
    await host.seconds(2)
    const told = (await snapshots()).map(({ action, id }) => `${action} ${id}`)
    expect(told.filter((one) => one.startsWith("oom")).sort()).toEqual(["oom first", "oom second"])
    expect(told).toContain("use local")
  })
})

it("an incident of CPU needs half a minute of waiting, and names those who were throttled", async () => {
  host.put("hog", 10)
  host.put("held", 10)
  const run = async (seconds: number) => {
    for (let second = 0; second < seconds; second++) {
      host.show("hog", (stats) => ({ ...stats, cpu: { usageMicros: stats.cpu.usageMicros + 1_500_000 } }))
      host.show("held", ({ cpu, ...stats }) => ({
        ...stats,
        cpu: {
          usageMicros: cpu.usageMicros + 100_000,
          periods: (cpu.periods ?? 0) + 10,
          throttledPeriods: (cpu.throttledPeriods ?? 0) + 4,
        },
      }))
      await host.seconds(1)
    }
  }
  host.reading.cpuSomeAvg10 = 61
  await run(30)
  expect(await snapshots()).toEqual([])
  await run(100)
  expect(await snapshots()).toMatchObject([
    {
      resource: "cpu",
      action: "pressure",
      consumers: [
        { id: "hog", amount: 1.5 },
        { id: "held", amount: 0.1 },
      ],
      victims: [{ id: "held", throttled: 40 }],
    },
  ])
  expect((await snapshots())[0]?.victims).toHaveLength(1)
})

it("what is kept of an incident is bounded, whatever the containers are called", async () => {
  for (let index = 0; index < 300; index++)
    host.put(`${index}`.padStart(64, "0"), 1 + index / 100, { name: "n".repeat(128), tenant: "t".repeat(63) })
  await host.fill(0.99)
  await host.seconds(2)
  const [event] = await host.events("incident")
  expect(JSON.stringify(event?.attributes).length).toBeLessThan(8192)
})
