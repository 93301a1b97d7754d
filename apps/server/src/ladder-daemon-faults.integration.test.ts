import { readFileSync } from "node:fs"
import { setTimeout as delay } from "node:timers/promises"
import { patience } from "@plimsoll/runtime/conformance"
import { afterAll, beforeAll, expect, it, vi } from "vitest"
import type { ContainerInspect, LineHistory } from "./contract/index.js"
import { addressOf, type DaemonMachine, startDaemonMachine } from "./testing/ladder/daemon-machine.js"
import { PAGE } from "./testing/ladder/small-machine.js"
import { fetchPage } from "./testing/ladder/steady-client.js"
import { unexplained } from "./testing/ladder/unexplained.js"
import { hold, serve } from "./testing/ladder/workloads.js"

/** Faults of the server itself, which is a process of its own here and looks at the real machine. */
const MINUTE_MS = 60_000
const STALL_MS = 62_000
let machine: DaemonMachine

beforeAll(async () => {
  machine = await startDaemonMachine()
})
afterAll(() => machine.remove())

const eventually = (check: () => Promise<void>) => vi.waitFor(check, { timeout: patience(60_000), interval: 200 })

it("nothing is measured for a whole minute: the ladder says so, does nothing meanwhile, and goes on afterwards", {
  timeout: patience(300_000),
}, async () => {
  const { gold, client } = await machine.startGold()
  const victim = await machine.run("victim", hold(64))
  const { server, events } = machine
  // From just before a minute to just after it: history is kept by the minute.
  const minute = Math.ceil((Date.now() + 1000) / MINUTE_MS) * MINUTE_MS
  await delay(minute - 1000 - Date.now())
  server.signal("SIGSTOP")
  await delay(STALL_MS)
  server.signal("SIGCONT")
  expect(Date.now(), "the minute is over").toBeGreaterThan(minute + MINUTE_MS)
  await eventually(async () => expect((await events()).map(({ action }) => action)).toContain("stalled"))
  const told = await events()
  expect(told.find(({ action }) => action === "stalled")?.attributes.why).toMatch(/stood still for [67]\d s: no step was taken/)
  expect(told.filter(({ kind, action }) => kind === "ladder" && action !== "stalled")).toEqual([])
  // Nothing is put into the gap.
  const gap = { resource: "memory", from: minute, to: minute + MINUTE_MS - 1 }
  expect((await server.query<LineHistory>("overprovisioning.history", gap)).points).toEqual([])
  await machine.shrink()
  const stops = async () =>
    (await events()).filter(({ kind, action, attributes }) => kind === "ladder" && action === "stop" && attributes.subject === "container")
  await eventually(async () => expect((await stops()).map(({ name }) => name)).toEqual(["victim"]))
  await machine.grow()
  const { failed, answered } = await client.stop()
  expect(failed).toEqual([])
  expect(answered).toBeGreaterThan(100)
  expect((await server.query<ContainerInspect>("containers.inspect", { id: victim.id })).state.status).toBe("exited")
  await eventually(async () => expect((await machine.ladder({ mode: "off" })).rung).toBe(null))
  await eventually(async () => expect(unexplained(await events())).toEqual([]))
  expect((await events()).filter(({ id, kind }) => id === gold.id && kind !== "audit").map(({ action }) => action)).toEqual([
    "create",
    "start",
  ])
})

it("killed in the middle of a nap: after the next start the container runs on and answers its first request", async () => {
  const sleeper = await machine.run("sleeper", serve(128))
  const address = addressOf(sleeper)
  await machine.serves(address)
  const { pid } = sleeper.state as { pid: number }
  await machine.ladder({ nap: { always: true, idleCores: 0.05, idleMs: 2000 } })
  await vi.waitUntil(() => isFrozen(pid), { timeout: patience(60_000), interval: 1 })
  await machine.crash()
  expect(await fetchPage(address)).toContain(PAGE)
  const { state, nap } = await machine.server.query<ContainerInspect>("containers.inspect", { id: sleeper.id })
  expect({ state, nap }).toEqual({ state: expect.objectContaining({ status: "running", pid }), nap: undefined })
  expect(
    (await machine.events()).filter(({ id, action }) => id === sleeper.id && action === "nap"),
    "it was not asleep yet",
  ).toEqual([])
  const reconciliations = (await machine.events()).filter(({ kind, action }) => kind === "engine" && action === "reconcile")
  // Both that ran, the guaranteed and the sleeper, are the same processes as before.
  expect(reconciliations.map(({ attributes }) => attributes.adopted)).toEqual(["0", "2"])
})

/** By the kernel's own word. */
function isFrozen(pid: number): boolean {
  const groups = readFileSync(`/proc/${pid}/cgroup`, "utf8")
  const v1 = /^\d+:freezer:(.*)$/m.exec(groups)?.[1]
  if (v1 !== undefined) return readFileSync(`/sys/fs/cgroup/freezer${v1}/freezer.state`, "utf8").trim() === "FROZEN"
  const v2 = /^0::(.*)$/m.exec(groups)?.[1]
  return readFileSync(`/sys/fs/cgroup${v2}/cgroup.events`, "utf8").includes("frozen 1")
}
