import { incidentReason, stepReason } from "@plimsoll/server/contract"
import { expect, test } from "vitest"
import { readFacts } from "./read-facts"

test("the figures of an event are read; those that another version wrote, and none at all, are nothing", () => {
  expect(readFacts(stepReason, '{"code":"idle","idleMs":5000}')).toEqual({ code: "idle", idleMs: 5000 })
  expect(readFacts(incidentReason, '{"code":"oom","name":"web"}')).toEqual({ code: "oom", name: "web" })
  for (const text of [undefined, "", "{", '{"code":"dance"}', '{"code":"idle"}', "null"])
    expect(readFacts(stepReason, text), text).toBeNull()
})
