import { afterEach, beforeEach, expect, it } from "vitest"
import { z } from "zod"
import { changeLadderSettingsInput, type LadderSettings, ladderRungs } from "../../contract/overprovisioning.js"
import { type TemporaryDatabase, temporaryDatabase } from "../../testing/temporary-database.js"
import { createSettings } from "../settings/settings.js"
import { defaultLadderSettings as byDefault } from "./default-settings.js"
import { readLadderSettings, writeLadderSettings } from "./ladder-settings.js"

let temporary: TemporaryDatabase
beforeEach(async () => {
  temporary = await temporaryDatabase()
})
afterEach(() => temporary.remove())

const settings = () => createSettings(temporary.database, { now: () => 1000, report: () => undefined })
const kept = () => settings().read("ladder", z.unknown(), undefined)

const changed: LadderSettings = {
  ...byDefault,
  rungs: { ...byDefault.rungs, stop: { mode: "advise", usedShare: byDefault.rungs.stop.usedShare } },
  nap: { ...byDefault.nap, idleMs: 5000 },
  exemptTenants: ["acme"],
}

it("what was set is read again, and no more than that is kept", async () => {
  await writeLadderSettings(settings(), changed)
  await temporary.reopen()
  expect(await readLadderSettings(settings())).toEqual(changed)
  expect(await kept()).toEqual({ rungs: { stop: { mode: "advise" } }, nap: { idleMs: 5000 }, exemptTenants: ["acme"] })
})

it("what goes back to its default is not kept, a list that was emptied neither", async () => {
  await writeLadderSettings(settings(), changed)
  await writeLadderSettings(settings(), { ...changed, rungs: byDefault.rungs, exemptTenants: [] })
  expect(await kept()).toEqual({ nap: { idleMs: 5000 } })
  await writeLadderSettings(settings(), byDefault)
  expect([await kept(), await readLadderSettings(settings())]).toEqual([{}, byDefault])
})

it("settings as an earlier version kept them, all of them, are read; what nobody can read counts as not set", async () => {
  await settings().write("ladder", changed)
  expect(await readLadderSettings(settings())).toEqual(changed)
  for (const unreadable of [{ rungs: { stop: { usedShare: "much" } } }, { omega: 1 }, [], "off", null]) {
    await settings().write("ladder", unreadable)
    expect(await readLadderSettings(settings()), JSON.stringify(unreadable)).toEqual(byDefault)
  }
})

it("a threshold that was not set, since the version before did not know its rung, lies between those that were", async () => {
  const shares = async (rungs: object) => {
    await settings().write("ladder", { rungs })
    const read = await readLadderSettings(settings())
    expect(changeLadderSettingsInput.safeParse(read).success).toBe(true)
    return ladderRungs.map((rung) => read.rungs[rung].usedShare)
  }
  expect(await shares({ nap: { usedShare: 0.95 } })).toEqual([0.8, 0.85, 0.88, 0.95, 0.95, 0.97])
  expect(await shares({ stop: { usedShare: 0.92 } })).toEqual([0.8, 0.85, 0.88, 0.91, 0.92, 0.92])
  expect(await shares({ tighten: { usedShare: 0.99 }, stop: { usedShare: 1 } })).toEqual([0.8, 0.85, 0.99, 0.99, 0.99, 1])
  expect(await shares({ hibernate: { mode: "off" } })).toEqual([0.8, 0.85, 0.88, 0.91, 0.94, 0.97])
})

it("the defaults may be set as they are, and a hibernation at less use than naps may not", () => {
  expect(changeLadderSettingsInput.parse(byDefault)).toEqual(byDefault)
  expect(byDefault).toMatchObject({ rungs: { hibernate: { mode: "act", usedShare: 0.94 } }, hibernate: { idleMs: 3_600_000 } })
  const rungs = { ...byDefault.rungs, hibernate: { mode: "act" as const, usedShare: 0.9 } }
  const [issue] = changeLadderSettingsInput.safeParse({ ...byDefault, rungs }).error?.issues ?? []
  expect(issue?.path).toEqual(["rungs", "hibernate", "usedShare"])
})
