import type { Tenant } from "@plimsoll/server/contract"
import { expect, test } from "vitest"
import { planCounts } from "./plan-counts"

const counts = { containers: 3, runningContainers: 2, volumes: 0, networks: 1, publicPorts: 1, tokens: 0, members: 1 }
const used = { memoryBytes: 0, cpuCores: 0, diskBytes: 0, pids: 40 }
const terms = { containers: 4, volumes: 0, networks: 2, publicPorts: 0, tokens: 5, pidsMax: 80 }
const plan = { id: "p", name: "Small", terms } as Tenant["plan"]

test("each thing stands against what the plan allows of it", () =>
  expect(planCounts({ plan, counts, used }).map(({ thing, used: taken, limit, share }) => [thing, taken, limit, share])).toEqual([
    ["containers", 3, 4, 0.75],
    ["volumes", 0, 0, 0],
    ["networks", 1, 2, 0.5],
    ["publicPorts", 1, 0, 1],
    ["tokens", 0, 5, 0],
    ["pids", 40, 80, 0.5],
  ]))

test("without a plan nothing is limited", () =>
  expect(planCounts({ plan: null, counts, used }).every(({ limit, share }) => limit === null && share === null)).toBe(true))
