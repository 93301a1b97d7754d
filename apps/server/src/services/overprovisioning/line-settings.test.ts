import { afterEach, beforeEach, expect, it } from "vitest"
import { type TemporaryDatabase, temporaryDatabase } from "../../testing/temporary-database.js"
import { createSettings } from "../settings/settings.js"
import type { Capacity } from "./capacity.js"
import { defaultLineSettings, LineSettings } from "./line-settings.js"

const GIB = 2 ** 30
const machine = (memory: number): Capacity => ({ memory, cpu: 4, disk: 100 * GIB, pids: 32_768 })
const small = machine(10 * GIB)
const large = machine(100 * GIB)

let temporary: TemporaryDatabase
beforeEach(async () => {
  temporary = await temporaryDatabase()
})
afterEach(() => temporary.remove())

const stored = () => createSettings(temporary.database, { now: () => 1000, report: (error) => expect(error).toBeUndefined() })
const open = () => LineSettings.open(stored())

it("a reserve that was put back to its default goes with the machine again, over a restart too", async () => {
  const line = await open()
  await line.change({ reserve: { memory: 3 * GIB }, theta: { cpu: 0.5 } })
  expect(line.of(large).reserve.memory).toBe(3 * GIB)
  await line.change({ reserve: { memory: null } })
  await temporary.reopen()
  const again = await open()
  expect(again.set).toEqual({ reserve: {}, theta: { cpu: 0.5 }, fallbackRatio: {} })
  for (const capacity of [small, large]) expect(again.of(capacity).reserve).toEqual(defaultLineSettings(capacity).reserve)
})

it("a number that was set to what its default is now stays, whatever the default becomes", async () => {
  const line = await open()
  const { memory } = defaultLineSettings(small).reserve
  await line.change({ reserve: { memory } })
  expect(line.of(large).reserve.memory).toBe(memory)
})

it("how what passes the line is met is taken back, too; what was never set is taken back without harm", async () => {
  const line = await open()
  await line.change({ mode: "advise", fallbackRatio: { pids: null } })
  expect(line.of(small).mode).toBe("advise")
  await line.change({ mode: null })
  expect(line.set).toEqual({ reserve: {}, theta: {}, fallbackRatio: {} })
  expect(line.of(small)).toEqual(defaultLineSettings(small))
})

it("of changes at the same instant none undoes another", async () => {
  const line = await open()
  await line.change({ reserve: { disk: GIB } })
  await Promise.all([
    line.change({ theta: { cpu: 0.5 } }),
    line.change({ reserve: { disk: null } }),
    line.change({ theta: { memory: 0.6 } }),
  ])
  const expected = { reserve: {}, theta: { cpu: 0.5, memory: 0.6 }, fallbackRatio: {} }
  expect([line.set, (await open()).set]).toEqual([expected, expected])
})

it("a change that cannot be written leaves what held before, and the next one is made", async () => {
  const settings = stored()
  let isFull = false
  const line = await LineSettings.open({
    ...settings,
    write: (key, value) => (isFull ? Promise.reject(new Error("the disk is full")) : settings.write(key, value)),
  })
  await line.change({ reserve: { memory: 3 * GIB } })
  isFull = true
  await expect(line.change({ reserve: { memory: null } })).rejects.toThrow("the disk is full")
  expect(line.of(large).reserve.memory).toBe(3 * GIB)
  isFull = false
  await line.change({ theta: { cpu: 0.5 } })
  expect((await open()).set).toEqual({ reserve: { memory: 3 * GIB }, theta: { cpu: 0.5 }, fallbackRatio: {} })
})
