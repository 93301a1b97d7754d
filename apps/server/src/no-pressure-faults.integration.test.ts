import { afterAll, beforeAll, expect, it, vi } from "vitest"
import type { OverprovisioningNow } from "./contract/index.js"
import { type DaemonMachine, startDaemonMachine } from "./testing/ladder/daemon-machine.js"
import { unexplained } from "./testing/ladder/unexplained.js"
import { hold } from "./testing/ladder/workloads.js"

/** The server on a kernel that tells no pressure (PSI), as many are started. */
let machine: DaemonMachine

beforeAll(async () => {
  machine = await startDaemonMachine({ withoutPressure: true })
})
afterAll(() => machine.remove())

const eventually = (check: () => Promise<void>) => vi.waitFor(check, { timeout: 60_000, interval: 200 })

it("that it is not there is said, use alone decides, and the guaranteed is unharmed", async () => {
  const now = await machine.server.query<OverprovisioningNow>("overprovisioning.now")
  expect(now.pressure).toEqual({ memory: null, cpu: null, io: null })
  expect(now.remarks).toContain("This kernel does not tell pressure (PSI): the ladder goes by use alone.")
  const { gold, client } = await machine.startGold()
  await machine.run("victim", hold(64))
  await machine.shrink()
  const steps = async () => (await machine.events()).filter(({ kind }) => kind === "ladder")
  const stops = async () => (await steps()).filter(({ action, attributes }) => action === "stop" && attributes.subject === "container")
  await eventually(async () => expect((await stops()).map(({ name }) => name)).toEqual(["victim"]))
  await machine.grow()
  for (const { attributes } of (await steps()).filter(({ attributes }) => attributes.change === "taken"))
    expect(attributes.shortage).toMatch(/^use is .* of allocatable/)
  const breaches = (await machine.events()).filter(({ kind }) => kind === "incident")
  expect(breaches.map(({ action }) => action)).toContain("use")
  for (const { attributes } of breaches) expect(Object.keys(attributes)).not.toContain("memorySomeAvg60")
  const { answered, failed } = await client.stop()
  expect(failed).toEqual([])
  expect(answered).toBeGreaterThan(20)
  await eventually(async () => expect((await machine.ladder({ mode: "off" })).rung).toBe(null))
  await eventually(async () => expect(unexplained(await machine.events())).toEqual([]))
  expect((await machine.events()).filter(({ id, kind }) => id === gold.id && kind !== "audit").map(({ action }) => action)).toEqual([
    "create",
    "start",
  ])
})
