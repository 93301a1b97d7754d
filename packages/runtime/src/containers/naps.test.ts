import { describe, expect, it } from "vitest"
import { EngineError } from "../errors.js"
import type { ContainerRecord } from "./container-record.js"
import type { EventDraft, Transition } from "./container-transitions.js"
import type { LifecycleContext } from "./lifecycle-context.js"
import { napContainer } from "./nap-container.js"
import { Naps, type NapsContext } from "./naps.js"
import { pauseContainer } from "./pause-container.js"
import { Reclaims } from "./reclaims.js"
import { testRecord } from "./test-record.js"

const user = { uid: 0, gid: 0, additionalGids: [], home: "/" }
const run = { pid: 77, pidStartTicks: 1, conmonPid: 1, bootId: "b", startedAt: 1, stopRequested: false, oomKills: 0, user }
const reclaimed = { beforeBytes: 1000, afterBytes: 10 }

/** One container that runs, over a kernel that does at once what it is told; `during` is called while memory is pushed out. */
function world(options: { during?: () => unknown; inputWaits?: boolean; freeze?: () => Promise<void> } = {}) {
  const done: string[] = []
  const events: EventDraft[] = []
  let record: ContainerRecord = testRecord({
    state: { status: "running", run },
    resolved: { ...testRecord().resolved, network: { kind: "network", network: "bridge" } },
  })
  let onPacket: (() => void) | undefined
  const clock = { now: () => 5000, monotonic: () => 7 }
  const base = {
    clock,
    report: { warn: (message: string) => done.push(message), error: () => undefined },
    containers: {
      get: () => record,
      find: () => record,
      all: () => [record],
      isRemoving: () => false,
      update: async (_: string, transition: (record: ContainerRecord) => Transition | undefined) => {
        const change = transition(record)
        if (change !== undefined) {
          record = change.record
          events.push(...change.events)
        }
        return record
      },
    },
    groups: {
      of: () => ({
        reclaimMovesLimit: true,
        freeze: async () => {
          await options.freeze?.()
          done.push("freeze")
        },
        thaw: async () => void done.push("thaw"),
        reclaim: async (_: number, { signal }: { signal: AbortSignal }) => {
          done.push(record.limitsInDoubt ? "reclaim, limits in doubt" : "reclaim")
          await options.during?.()
          return signal.aborted ? { ...reclaimed, afterBytes: 500 } : reclaimed
        },
      }),
    },
    network: {
      watchPackets: async (_: string, callback: () => void) => {
        done.push("listen")
        onPacket = callback
        return { close: () => void done.push("stop listening") }
      },
      inputWaits: () => options.inputWaits ?? false,
    },
    health: { suspend: () => void done.push("probes rest"), resume: () => void done.push("probes go on") },
    napAbility: () => ({ status: "available" as const, detail: "" }),
    reclaims: new Reclaims(),
  }
  const naps = new Naps(withRestore(base as unknown as LifecycleContext))
  const context = { ...base, naps } as unknown as LifecycleContext
  return { context, naps, done, events, id: record.id, state: () => record.state, record: () => record, packet: () => onPacket?.() }
}

/** None of these hibernates. */
function withRestore<Context>(context: Context): Context & Pick<NapsContext, "restore"> {
  return { ...context, restore: () => Promise.reject(new Error("it does not hibernate")) }
}

describe("a nap", () => {
  it("listens before it freezes, and is written down when all is pushed out", async () => {
    const { context, done, id, state, events, record } = world()
    const nap = { since: 5000, ...reclaimed }
    expect(await napContainer(context, id)).toEqual(nap)
    expect(done).toEqual(["probes rest", "listen", "freeze", "reclaim, limits in doubt"])
    expect(state()).toMatchObject({ status: "paused", nap })
    expect(record().limitsInDoubt).toBe(false)
    expect(events).toMatchObject([{ action: "nap" }])
  })

  it("that is cut short by a packet leaves it running, with nothing written", async () => {
    const { context, done, id, state, events, packet } = world({ during: () => packet() })
    await expect(napContainer(context, id)).rejects.toMatchObject({ code: "aborted", publicMessage: expect.stringContaining("packet") })
    expect(state().status).toBe("running")
    expect(done).toContain("thaw")
    expect(done.slice(-1)).toEqual(["probes go on"])
    expect(done).toContain("stop listening")
    expect(events).toEqual([])
  })

  it("does not come about when somebody waits for its answer already", async () => {
    const { context, done, id, state } = world({ inputWaits: true })
    await expect(napContainer(context, id)).rejects.toMatchObject({ code: "aborted" })
    expect([state().status, done.includes("reclaim"), done.includes("thaw")]).toEqual(["running", false, true])
  })

  it("does not come about while it is held, and whoever holds it on the way gets it awake", async () => {
    const { context, naps, id, state } = world()
    const held = naps.hold(id)
    await expect(napContainer(context, id)).rejects.toMatchObject({ code: "conflict" })
    held[Symbol.dispose]()
    await napContainer(context, id)
    expect(state().status).toBe("paused")
  })

  it("that fails to freeze leaves it running and its probes going on", async () => {
    const { context, done, id, state } = world({ freeze: () => Promise.reject(new EngineError("deadline_exceeded")) })
    await expect(napContainer(context, id)).rejects.toMatchObject({ code: "deadline_exceeded" })
    expect(state().status).toBe("running")
    expect(done.slice(-2)).toEqual(["thaw", "probes go on"])
  })
})

describe("waking", () => {
  it("at the very moment when the nap is written down is no less a waking", async () => {
    const { context, naps, id, state, events } = world()
    const napping = napContainer(context, id)
    // Every turn of the event loop on the way is tried by waking again until it is over.
    let over = false
    const waking = (async () => {
      for (; !over; await new Promise(setImmediate)) await naps.wake(id, "exec")
    })()
    await napping.catch(() => undefined)
    over = true
    await waking
    await naps.wake(id, "exec")
    expect(state().status).toBe("running")
    expect(events.map(({ action }) => action)).toSatisfy((actions: string[]) => actions.length === 0 || actions.join() === "nap,wake")
  })

  it("by many at once is one", async () => {
    const { context, naps, id, done, events, packet } = world()
    await napContainer(context, id)
    packet()
    await Promise.all([naps.wake(id, "exec"), naps.wake(id, "stop"), naps.wake(id, "request")])
    expect(done.filter((step) => step === "thaw")).toHaveLength(1)
    expect(events.filter(({ action }) => action === "wake")).toMatchObject([{ attributes: { cause: "packet" } }])
    expect(done.slice(-2)).toEqual(["stop listening", "probes go on"])
  })

  it("leaves one that was paused by hand, also out of its nap, as it is", async () => {
    const { context, naps, id, state, done } = world()
    await napContainer(context, id)
    await pauseContainer(context, id)
    expect(await naps.wake(id, "packet")).toEqual({ sleptMs: 0, wakeMs: 0 })
    expect(state()).toEqual({ status: "paused", run, pausedAt: 5000 })
    expect(done).not.toContain("thaw")
  })

  it("of all comes with the end of the engine, since nobody listens any more", async () => {
    const { context, naps, id, state, done } = world()
    await napContainer(context, id)
    await naps.close()
    expect(state().status).toBe("running")
    expect(done).toContain("stop listening")
  })
})

describe("after the daemon was away", () => {
  it("a container that naps is listened to again", async () => {
    const { context, naps, id, done, record, state } = world()
    await napContainer(context, id)
    done.length = 0
    await naps.restore(record())
    expect(done).toContain("listen")
    expect(state().status).toBe("paused")
  })

  it("one that was sent something meanwhile is awake", async () => {
    const { context, id, record, state } = world()
    await napContainer(context, id)
    const waiting = { ...context, network: { ...context.network, inputWaits: () => true } }
    await new Naps(withRestore(waiting)).restore(record())
    expect(state().status).toBe("running")
  })
})
