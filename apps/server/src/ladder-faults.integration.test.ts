import { setTimeout as delay } from "node:timers/promises"
import { patience } from "@plimsoll/runtime/conformance"
import { afterAll, afterEach, beforeAll, expect, it, onTestFailed, vi } from "vitest"
import type { ContainerInspect, EventRecord } from "./contract/index.js"
import { defaultLadderSettings } from "./services/ladder/default-settings.js"
import { MiB, type SmallMachine, startSmallMachine, tell } from "./testing/ladder/small-machine.js"
import type { SteadyClient } from "./testing/ladder/steady-client.js"
import { unexplained } from "./testing/ladder/unexplained.js"
import { grabWhenTold, hold, leak, readWhenTold } from "./testing/ladder/workloads.js"

/**
 * Faults of a machine of 256 MiB with twice as much swap: real containers in a group with that limit, and the ladder at its own pace. Each time the
 * guaranteed is asked ten times a second from before the fault until after it.
 */
let machine: SmallMachine
let since = 0
/** One that nobody holds leaks some 40 MiB in it, 20 on a machine that is twenty times slower. */
const HOLD_MS = 12_000
const HELD_GROWTH_BYTES = 8 * MiB

beforeAll(async () => {
  machine = await startSmallMachine({ memoryBytes: 256 * MiB, swapBytes: 512 * MiB })
})
afterEach(async () => {
  await machine.clear()
  since = (await machine.events()).at(-1)?.cursor ?? 0
})
afterAll(() => machine.stop())

const steps = (records: readonly EventRecord[], rung: string) =>
  records.filter(({ kind, action, attributes }) => kind === "ladder" && action === rung && attributes.subject === "container")
const eventually = (check: () => Promise<void>, timeout = 60_000) => vi.waitFor(check, { timeout: patience(timeout), interval: 200 })
const doneBy = async (rung: string) => steps(await machine.events(since), rung).filter(({ attributes }) => attributes.result === "done")
const residentOf = async (id: string) => {
  const { usedBytes, swapBytes } = (await machine.containers().stats(id)).memory
  return usedBytes - swapBytes
}
/** Of what the test did itself. */
const endedByTest = (name: string) => new Set([`${name} stop`, `${name} exit`])

/**
 * Waits until the one that leaks is stopped, and nobody else. Where the kernel has soft limits, the rung before may hold it where it is: then it is seen not to grow for as long as it would take to leak
 * several times what it may still get, and the test ends it. Resolves with what the test did itself.
 */
async function expectLeakEnds({ id, name }: { id: string; name: string }): Promise<ReadonlySet<string>> {
  const stopped = async () => (await doneBy("stop")).map((step) => step.name)
  const isHeld = async () => machine.hasSoftLimits && (await doneBy("tighten")).some((step) => step.name === name)
  await eventually(async () => {
    if (!(await isHeld())) expect(await stopped()).toEqual([name])
  })
  if ((await stopped()).length === 0) {
    await delay(HOLD_MS)
    const before = await residentOf(id).catch(() => 0)
    await delay(HOLD_MS)
    if ((await stopped()).length === 0) {
      expect((await residentOf(id)) - before, "what it grew by").toBeLessThan(HELD_GROWTH_BYTES)
      expect((await machine.events(since)).filter(({ action }) => action === "oom")).toEqual([])
      console.log(`${name} is held at ${Math.round((await residentOf(id)) / MiB)} MiB by its soft limit`)
      await machine.containers().stop(id, { timeoutMs: 10_000 })
      return endedByTest(name)
    }
  }
  expect(await stopped()).toEqual([name])
  return new Set()
}

/** Prints what was told, for whoever has to find out why a run failed. */
function tellOnFailure(): void {
  const began = since
  onTestFailed(async () => {
    const told = await machine.events(began)
    console.error(
      told
        .filter(({ kind }) => kind !== "audit")
        .map((e) => `${e.at} ${e.kind} ${e.action} ${e.name} ${JSON.stringify(e.attributes)}`)
        .join("\n"),
    )
  })
}

/**
 * Waits until the ladder has come down from its highest rung. The guaranteed answered each time and nothing was done to it; of the others all that happened,
 * but for what the test did itself, has its reason among the events.
 */
async function expectUnharmed({ gold, client }: { gold: { id: string }; client: SteadyClient }, own?: ReadonlySet<string>): Promise<void> {
  await machine.comesDown("stop")
  // Small steps are told together, at the latest when the ladder is left.
  await machine.ladder({ mode: "off" })
  await eventually(async () => expect(unexplained(await machine.events(since), own)).toEqual([]), 10_000)
  const { answered, failed, slowestMs } = await client.stop()
  console.log(`the guaranteed answered ${answered} times, the slowest after ${Math.round(slowestMs)} ms`)
  expect(failed).toEqual([])
  expect(answered).toBeGreaterThan(20)
  const ofGold = (await machine.events(since)).filter(({ id, kind }) => id === gold.id && kind !== "audit")
  expect(ofGold.map(({ kind, action }) => `${kind} ${action}`)).toEqual(["container create", "container start"])
}

it("a surge of all at once: the lowest class is stopped, and the guaranteed answers every time", async () => {
  tellOnFailure()
  const golden = await machine.startGold()
  const idle: ContainerInspect[] = []
  for (const name of ["one", "two", "three", "four"]) idle.push(await machine.run(name, grabWhenTold(90)))
  await tell(idle)
  await eventually(async () => {
    if ((await doneBy("stop")).length > 0) return
    // Where it is slow the soft limits come in time: then each gets what it asked for, in swap.
    expect(machine.hasSoftLimits && (await doneBy("tighten")).length > 0, "somebody is stopped or held").toBe(true)
    for (const { id } of idle) expect((await machine.containers().stats(id)).memory.usedBytes).toBeGreaterThan(90 * MiB)
  })
  await expectUnharmed(golden)
})

it("a leak: the one that leaks is stopped or held before the kernel has to kill, and its neighbour is not", async () => {
  tellOnFailure()
  const golden = await machine.startGold()
  const neighbour = await machine.run("neighbour", hold(20))
  // Twice as fast as the others: without soft limits reclaim gets back 10 MiB every 5 s, and must not keep pace on a busy machine.
  const leaking = await machine.run("leaking", leak(180, 2))
  await expectUnharmed(golden, await expectLeakEnds(leaking))
  expect((await machine.containers().inspect(neighbour.id)).state.status).toBe("running")
  expect((await machine.events(since)).filter(({ action }) => action === "oom")).toEqual([])
})

it("a wake of all at once: more than the machine has, and nobody loses any of it but who is stopped for it", async () => {
  tellOnFailure()
  const golden = await machine.startGold()
  const sleepers = []
  for (const name of ["first", "second", "third", "fourth", "fifth", "sixth"]) {
    const sleeper = await machine.run(name, readWhenTold(48))
    await eventually(async () => expect(await machine.log(sleeper.id)).toContain(`${48 * MiB}`))
    await machine.containers().nap(sleeper.id)
    sleepers.push(sleeper)
  }
  await Promise.all(sleepers.map(({ id }) => machine.containers().kill(id, { signal: "USR1" })))
  for (const { id } of sleepers)
    await eventually(async () => {
      const isStopped = (await machine.containers().inspect(id)).state.status === "exited"
      if (!isStopped) expect((await machine.log(id)).trim().split("\n")).toEqual([`${48 * MiB}`, `${48 * MiB}`])
    })
  const records = await machine.events(since)
  expect(
    records
      .filter(({ action }) => action === "wake")
      .map(({ id }) => id)
      .sort(),
  ).toEqual(sleepers.map(({ id }) => id).sort())
  expect(records.filter(({ action, attributes }) => action === "use" || attributes.change === "taken").length).toBeGreaterThan(0)
  await expectUnharmed(golden, new Set(sleepers.map(({ name }) => `${name} nap`)))
})

it("one that lay idle takes all of its limit at once, out of its nap: the guaranteed is unharmed, and each step has its reason", async () => {
  tellOnFailure()
  const golden = await machine.startGold()
  const idle = await machine.run("idle", grabWhenTold(232), { limits: { memoryMaxBytes: 224 * MiB } })
  await machine.holds(idle.id, 0)
  await machine.ladder({ nap: { always: true, idleCores: 0.05, idleMs: 2000 } })
  await eventually(async () => expect((await doneBy("nap")).map(({ name }) => name)).toEqual(["idle"]))
  expect((await doneBy("nap"))[0]?.attributes.why).toMatch(/^it has been idle for/)
  // With so short a time it could fall asleep again in the middle, on a machine that is slow.
  await machine.ladder({ nap: defaultLadderSettings.nap })
  await machine.containers().kill(idle.id, { signal: "USR1" })
  await eventually(async () => {
    const taken = (await machine.events(since)).filter(({ attributes }) => attributes.change === "taken")
    expect(taken.map(({ action }) => action)).toContain("stop-selling")
  })
  await eventually(async () => {
    const { state } = await machine.containers().inspect(idle.id)
    if (state.status === "running") expect((await machine.containers().stats(idle.id)).memory.usedBytes).toBeGreaterThan(200 * MiB)
    else expect((await doneBy("stop")).map(({ name }) => name)).toEqual(["idle"])
  })
  await machine.containers().stop(idle.id, { timeoutMs: 10_000 })
  await expectUnharmed(golden, endedByTest("idle"))
})

it("no swap at all: naps and reclaim are refused in words, the rest of the ladder works, and who leaks is stopped or held", async () => {
  tellOnFailure()
  machine.resize({ memoryBytes: 256 * MiB, swapBytes: 0 })
  const golden = await machine.startGold()
  const idle = await machine.run("idle", hold(40))
  await machine.ladder({ nap: { always: true, idleCores: 0.05, idleMs: 2000 } })
  const refused = async (rung: string) =>
    (await machine.events(since)).filter(({ action, attributes }) => action === rung && attributes.result === "failed")
  const why = "there is no free swap to push memory out to"
  await eventually(async () => expect((await refused("nap")).map(({ attributes }) => attributes.why)).toEqual([why]))
  const leaking = await machine.run("leaking", leak(160))
  const own = await expectLeakEnds(leaking)
  expect((await refused("reclaim")).map(({ attributes }) => attributes.why)).toEqual([why])
  await expectUnharmed(golden, own)
  const { state, nap } = await machine.containers().inspect(idle.id)
  expect({ status: state.status, nap }).toEqual({ status: "running", nap: undefined })
  expect((await machine.events(since)).filter(({ action }) => action === "oom")).toEqual([])
})

it("the sampler stalls: from ten seconds on it is told and no step is taken, however full the machine, and then the ladder goes on", async () => {
  tellOnFailure()
  const golden = await machine.startGold()
  const other = await machine.run("other", hold(64))
  await machine.holds(other.id, 64)
  const release = machine.stallSampler()
  try {
    await machine.hurried(async () => {
      const told = async () =>
        (await machine.events(since)).filter(({ action }) => action === "stalled").map(({ attributes }) => attributes.why)
      await eventually(async () =>
        expect(await told()).toEqual([expect.stringMatching(/^containers could not be measured for 1\d s: no step is taken/)]),
      )
      const { usedBytes } = await machine.reading()
      machine.resize({ memoryBytes: Math.ceil(usedBytes / 0.9 / 4096) * 4096, swapBytes: 512 * MiB })
      const at = performance.now()
      await vi.waitUntil(() => performance.now() - at > 2000, { timeout: 10_000 })
      expect((await machine.events(since)).filter(({ kind }) => kind === "ladder").map(({ action }) => action)).toEqual(["stalled"])
    })
  } finally {
    release()
  }
  const taken = async () => (await machine.events(since)).filter(({ attributes }) => attributes.change === "taken")
  await eventually(async () => expect((await taken()).map(({ action }) => action)).toContain("reclaim"))
  machine.resize({ memoryBytes: 256 * MiB, swapBytes: 512 * MiB })
  await expectUnharmed(golden)
  expect((await machine.containers().inspect(other.id)).state.status).toBe("running")
})

it("swap is full: that nothing can be pushed out is said, and who leaks is stopped or held", async () => {
  tellOnFailure()
  const golden = await machine.startGold()
  machine.resize({ memoryBytes: 256 * MiB, swapBytes: 64 * MiB })
  const filler = await machine.run("filler", hold(60))
  await machine.holds(filler.id, 59)
  await machine.containers().nap(filler.id)
  expect((await machine.reading()).swapFreeBytes).toBeLessThan(16 * MiB)
  const leaking = await machine.run("leaking", leak(195))
  const own = await expectLeakEnds(leaking)
  const failed = (await machine.events(since)).filter(({ action, attributes }) => action === "reclaim" && attributes.result === "failed")
  expect(failed.map(({ attributes }) => attributes.why)).toEqual([expect.stringContaining("swap")])
  await expectUnharmed(golden, new Set([...own, "filler nap", "filler reclaim"]))
  expect((await machine.containers().inspect(filler.id)).nap).toBeDefined()
})
