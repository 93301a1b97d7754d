import { afterEach, beforeEach, expect, it } from "vitest"
import { z } from "zod"
import { type TemporaryDatabase, temporaryDatabase } from "../../testing/temporary-database.js"
import { createSettings } from "./settings.js"

let temporary: TemporaryDatabase
beforeEach(async () => {
  temporary = await temporaryDatabase()
})
afterEach(() => temporary.remove())

const schema = z.strictObject({ theta: z.number() })
const settings = () => createSettings(temporary.database, () => 1000)

it("a setting is its default until it is written, and then what was written last, over a restart too", async () => {
  expect(await settings().read("line", schema, { theta: 0.9 })).toEqual({ theta: 0.9 })
  await settings().write("line", { theta: 0.8 })
  await settings().write("line", { theta: 0.7 })
  await temporary.reopen()
  expect(await settings().read("line", schema, { theta: 0.9 })).toEqual({ theta: 0.7 })
})

it("what this version cannot read counts as not set", async () => {
  await settings().write("line", { omega: 1 })
  expect(await settings().read("line", schema, { theta: 0.9 })).toEqual({ theta: 0.9 })
})
