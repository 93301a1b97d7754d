import { type EngineFeature, type EngineInfo, type HostSummary, mayDo } from "@plimsoll/server/contract"
import { expect, test } from "vitest"
import type { May } from "@/lib/session"
import { availableActions } from "../actions/available-actions"
import { containerViews, isOffered, viewOfPath } from "./container-views"

const host = (features: EngineFeature[]) => ({ info: { features } as Partial<EngineInfo> }) as HostSummary
const all = () => true
const running = { status: "running", pid: 1, startedAt: 1 } as const

test("an engine elsewhere, which cannot be looked into by the kernel, has no views of processes and isolation", () => {
  const remote = host(["pause", "exec", "list-files", "diff"])
  expect(containerViews.filter((view) => isOffered(view, remote, all))).toEqual(["graphs", "logs", "terminal", "files", "settings"])
})

test("files are offered where only the changes can be told", () => {
  expect(isOffered("files", host(["diff"]), all)).toBe(true)
  expect(isOffered("files", host(["copy"]), all)).toBe(false)
})

test("until the host is known, nothing is taken away", () => {
  expect(containerViews.every((view) => isOffered(view, undefined, all))).toBe(true)
  expect(availableActions({ state: running }, undefined, all)).toContain("pause")
})

test("an engine that cannot pause offers neither pause nor resume", () => {
  expect(availableActions({ state: running }, host(["exec"]), all)).toEqual(["stop", "restart", "kill", "remove"])
  expect(availableActions({ state: { ...running, status: "paused", pausedAt: 2 } }, host([]), all)).toEqual(["stop", "kill", "remove"])
})

test("what naps is woken, what was paused by hand is resumed, and an engine without naps offers neither to nap nor to wake", () => {
  const paused = { ...running, status: "paused", pausedAt: 2 } as const
  const nap = { since: 2, beforeBytes: 2, afterBytes: 1 }
  expect(availableActions({ state: paused, nap }, host(["pause", "nap"]), all)).toEqual(["wake", "stop", "kill", "remove"])
  expect(availableActions({ state: paused }, host(["pause", "nap"]), all)).toEqual(["resume", "stop", "kill", "remove"])
  expect(availableActions({ state: running }, host(["pause", "nap"]), all)).toContain("nap")
  expect(availableActions({ state: running }, host(["pause"]), all)).not.toContain("nap")
})

test("what hibernates is woken, stopped or given up; what naps may hibernate, where the engine can", () => {
  const hibernated = { status: "hibernated", startedAt: 1, hibernatedAt: 2 } as const
  const nap = { since: 2, beforeBytes: 2, afterBytes: 1 }
  expect(availableActions({ state: hibernated }, host(["hibernate"]), all)).toEqual(["wake", "stop", "kill", "remove"])
  expect(availableActions({ state: { ...running, status: "paused", pausedAt: 2 }, nap }, host(["pause", "nap", "hibernate"]), all)).toEqual(
    ["wake", "hibernate", "stop", "kill", "remove"],
  )
  expect(availableActions({ state: running }, host(["hibernate"]), all)).toContain("hibernate")
  expect(availableActions({ state: running }, host(["pause", "nap"]), all)).not.toContain("hibernate")
})

test("an address names its view, and the graphs where it names none", () => {
  expect(viewOfPath("/containers/web-1")).toBe("graphs")
  expect(viewOfPath("/containers/logs/terminal")).toBe("terminal")
})

test("who may only look gets no action and no terminal", () => {
  const viewer: May = (operation) => mayDo("viewer", operation)
  expect(availableActions({ state: running }, undefined, viewer)).toEqual([])
  expect(containerViews.filter((view) => !isOffered(view, undefined, viewer))).toEqual(["terminal"])
})
