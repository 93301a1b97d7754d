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
const reported: string[] = []
const settings = () => createSettings(temporary.database, { now: () => 1000, report: (_, doing) => reported.push(doing) })

it("a setting is its default until it is written, and then what was written last, over a restart too", async () => {
  expect(await settings().read("line", schema, { theta: 0.9 })).toEqual({ theta: 0.9 })
  await settings().write("line", { theta: 0.8 })
  await settings().write("line", { theta: 0.7 })
  await temporary.reopen()
  expect(await settings().read("line", schema, { theta: 0.9 })).toEqual({ theta: 0.7 })
})

it.each(['{"omega":1}', '{"theta":0.', ""])("what cannot be read (%s) counts as not set, and is reported", async (value) => {
  reported.length = 0
  await settings().write("line", {})
  await temporary.database.prisma.setting.update({ where: { key: "line" }, data: { value } })
  expect(await settings().read("line", schema, { theta: 0.9 })).toEqual({ theta: 0.9 })
  expect(reported).toEqual(["read the setting “line”: it is by default until it is set again"])
})
