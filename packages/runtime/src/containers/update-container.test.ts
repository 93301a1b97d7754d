import { describe, expect, it } from "vitest"
import { EngineError } from "../errors.js"
import type { ContainerRecord } from "./container-record.js"
import type { Transition } from "./container-transitions.js"
import { began } from "./container-transitions.js"
import type { LifecycleContext } from "./lifecycle-context.js"
import { testRecord } from "./test-record.js"
import { type ContainerChange, settleLimits, updateContainer } from "./update-container.js"

const user = { uid: 0, gid: 0, additionalGids: [], home: "/" }
const run = { pid: 77, pidStartTicks: 1, conmonPid: 1, bootId: "b", startedAt: 1, stopRequested: false, oomKills: 0, user }

/** A running container whose cgroup answers what the test wants; `asked` is what it was asked for. */
function fakes(change: Partial<ContainerRecord> = {}) {
  let record = testRecord({ state: { status: "running", run }, limits: { pidsMax: 50 }, ...change })
  let answer: Error | undefined
  const asked: ContainerChange["limits"][] = []
  const context = {
    containers: {
      find: () => record,
      get: () => record,
      isRemoving: () => false,
      update: async (_: string, transition: (record: ContainerRecord) => Transition) => {
        record = transition(record).record
      },
    },
    cgroups: {
      check: () => undefined,
      enforceableLimits: () => ({
        pidsMax: { enforceable: true },
        memoryMaxBytes: { enforceable: true },
        memoryLowBytes: { enforceable: false },
      }),
    },
    groups: {
      of: () => ({
        update: async (limits: ContainerChange["limits"]) => {
          asked.push(limits)
          if (answer !== undefined) throw answer
        },
      }),
    },
  }
  return {
    context: context as unknown as LifecycleContext,
    asked,
    record: () => record,
    answerWith: (error: Error | undefined) => {
      answer = error
    },
  }
}

describe("an update of limits that fails", () => {
  it("leaves no doubt when the kernel has the old ones again", async () => {
    const { context, record, answerWith } = fakes()
    answerWith(new EngineError("limit_below_usage", { facts: { limit: "memoryMaxBytes" } }))
    await expect(updateContainer(context, "c", { limits: { memoryMaxBytes: 1 } })).rejects.toMatchObject({ code: "limit_below_usage" })
    expect(record()).toMatchObject({ limits: { pidsMax: 50 }, limitsInDoubt: false })
  })

  const unclear: [string, Error][] = [
    ["the kernel did not take the old ones back", new EngineError("cgroup_failed", { facts: { notPutBack: ["memory.max: EBUSY"] } })],
    ["nobody knows how far it came", new Error("EIO")],
  ]
  it.each(unclear)("stays in doubt when %s, until the document's limits are in force again", async (_, error) => {
    const { context, record, asked, answerWith } = fakes()
    answerWith(error)
    await expect(updateContainer(context, "c", { limits: { memoryMaxBytes: 1 } })).rejects.toBe(error)
    expect(record()).toMatchObject({ limits: { pidsMax: 50 }, limitsInDoubt: true })
    await expect(settleLimits(context, "c")).rejects.toBe(error)
    expect(record().limitsInDoubt).toBe(true)
    answerWith(undefined)
    await settleLimits(context, "c")
    expect(asked.at(-1)).toEqual({ memoryMaxBytes: null, pidsMax: 50 })
    expect(record()).toMatchObject({ limits: { pidsMax: 50 }, limitsInDoubt: false })
    await settleLimits(context, "c")
    expect(asked).toHaveLength(3)
  })
})

describe("limits in doubt", () => {
  it("are all written by the next update of them", async () => {
    const { context, record, asked } = fakes({ limitsInDoubt: true })
    await updateContainer(context, "c", { limits: { pidsMax: 60 } })
    expect(asked).toEqual([{ memoryMaxBytes: null, pidsMax: 60 }])
    expect(record()).toMatchObject({ limits: { pidsMax: 60 }, limitsInDoubt: false })
  })

  it("stay so when the next update fails as well, or is of something else", async () => {
    const { context, record, answerWith } = fakes({ limitsInDoubt: true })
    await updateContainer(context, "c", { restartPolicy: { kind: "always" } })
    expect(record().limitsInDoubt).toBe(true)
    answerWith(new EngineError("limit_below_usage"))
    await expect(updateContainer(context, "c", { limits: { pidsMax: 60 } })).rejects.toMatchObject({ code: "limit_below_usage" })
    expect(record().limitsInDoubt).toBe(true)
  })

  it("are none of a fresh start, whose cgroup is new", () => {
    const { record } = fakes({ limitsInDoubt: true })
    expect(began(record(), run, false).record.limitsInDoubt).toBe(false)
  })
})
