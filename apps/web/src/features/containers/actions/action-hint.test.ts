import type { ContainerState } from "@plimsoll/server/contract"
import { expect, test } from "vitest"
import { actionHint } from "./action-hint"

const hibernated: ContainerState = { status: "hibernated", startedAt: 1, hibernatedAt: 2 }
const running: ContainerState = { status: "running", pid: 1, startedAt: 1 }

test("of one that hibernates it is said that a stop wakes it first, and that a kill throws its memory away", () => {
  expect(actionHint("stop", { state: hibernated })).toBe("stopWakes")
  expect(actionHint("kill", { state: hibernated })).toBe("killForgets")
  expect(actionHint("wake", { state: hibernated })).toBeNull()
  expect([actionHint("stop", { state: running }), actionHint("kill", { state: running })]).toEqual([null, null])
})
