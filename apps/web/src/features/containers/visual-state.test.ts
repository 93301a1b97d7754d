import type { ContainerState } from "@plimsoll/server/contract"
import { expect, test } from "vitest"
import { visualState } from "./visual-state"

const exited = (exitCode: number, change: Partial<Extract<ContainerState, { status: "exited" }>> = {}): ContainerState => ({
  status: "exited",
  exitCode,
  oomKilled: false,
  finishedAt: 1,
  ...change,
})

test.each([
  ["ended by itself", exited(0), "exited"],
  ["ended after SIGTERM, as stop asks", exited(143), "exited"],
  ["ended after SIGINT", exited(130), "exited"],
  ["failed", exited(1), "failed"],
  ["was killed", exited(137), "failed"],
  ["ran out of memory", exited(143, { oomKilled: true }), "failed"],
  ["never started", exited(0, { error: "no such file" }), "failed"],
] as const)("one that %s is drawn as %s", (_, state, look) => expect(visualState(state)).toBe(look))

test("health is drawn while it runs", () => {
  expect(visualState({ status: "running", pid: 1, startedAt: 1 }, "unhealthy")).toBe("unhealthy")
  expect(visualState({ status: "running", pid: 1, startedAt: 1 }, "healthy")).toBe("running")
})

test("one that hibernates has a look of its own, whatever its health was", () => {
  expect(visualState({ status: "hibernated", startedAt: 1, hibernatedAt: 2 }, "unhealthy")).toBe("hibernated")
})
