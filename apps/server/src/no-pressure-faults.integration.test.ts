import { patience } from "@plimsoll/runtime/conformance"
import { afterAll, beforeAll, expect, it, vi } from "vitest"
import type { ContainerInspect, OverprovisioningNow } from "./contract/index.js"
import { ladderLabels, ladderRungs } from "./contract/overprovisioning.js"
import { type DaemonMachine, startDaemonMachine } from "./testing/ladder/daemon-machine.js"
import { unexplained } from "./testing/ladder/unexplained.js"
import { hold } from "./testing/ladder/workloads.js"

/**
 * The server on a kernel that tells no pressure (PSI), as many are started. Its containers have the host's user namespace: where something of /proc is hidden, the kernel lets nobody
 * mount a /proc of their own.
 */
const onHostIds = { userNamespace: { kind: "host" } }
let machine: DaemonMachine

beforeAll(async () => {
  machine = await startDaemonMachine({ withoutPressure: true })
})
afterAll(() => machine.remove())

const eventually = (check: () => Promise<void>) => vi.waitFor(check, { timeout: patience(60_000), interval: 200 })

it("that it is not there is said, use alone decides, and the spared is unharmed", async () => {
  const now = await machine.server.query<OverprovisioningNow>("overprovisioning.now")
  expect(now.pressure).toEqual({ memory: null, cpu: null, io: null })
  expect(now.remarks).toContain("This kernel does not tell pressure (PSI): the ladder goes by use alone.")
  const spared = await machine.run("spared", hold(80), { ...onHostIds, labels: { [ladderLabels.exempt]: "exempt" } })
  await machine.run("victim", hold(64), onHostIds)
  await machine.shrink()
  const steps = async () => (await machine.events()).filter(({ kind }) => kind === "ladder")
  const stops = async () => (await steps()).filter(({ action, attributes }) => action === "stop" && attributes.subject === "container")
  await eventually(async () => expect((await stops()).map(({ name }) => name)).toEqual(["victim"]))
  await machine.grow()
  const taken = (await steps()).filter(({ attributes }) => attributes.change === "taken")
  expect(new Set(taken.map(({ action }) => action))).toEqual(new Set(ladderRungs))
  for (const { attributes } of taken) expect(attributes.shortage).toMatch(/^use is .* of allocatable/)
  const breaches = (await machine.events()).filter(({ kind, action }) => kind === "incident" && action === "use")
  expect(breaches.length).toBeGreaterThan(0)
  for (const { attributes } of breaches) expect(Object.keys(attributes)).not.toContain("memorySomeAvg60")
  await eventually(async () => expect((await machine.ladder({ mode: "off" })).rung).toBe(null))
  await eventually(async () => expect(unexplained(await machine.events())).toEqual([]))
  expect((await machine.server.query<ContainerInspect>("containers.inspect", { id: spared.id })).state.status).toBe("running")
  expect((await machine.events()).filter(({ id, kind }) => id === spared.id && kind !== "audit").map(({ action }) => action)).toEqual([
    "create",
    "start",
  ])
})
