import { EngineError, type VolumeSummary } from "@plimsoll/runtime"
import { afterEach, beforeEach, expect, it, vi } from "vitest"
import { fakeEngine } from "../../testing/fake-engine.js"
import { scheduleCompaction } from "./schedule-compaction.js"

const HOUR_MS = 3_600_000
beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const volume = (name: string, limit: VolumeSummary["limit"]): VolumeSummary => ({
  name,
  limit,
  tenant: "operator",
  createdAt: 0,
  hostPath: "",
  labels: {},
  usedBytes: -1,
  usedBy: [],
})

it("compacts the volumes that have a limit where that is known, and a damaged one holds up no other", async () => {
  const done: string[] = []
  const failed: unknown[] = []
  const damaged = new EngineError("disk_corrupt")
  const hosts = (["volume-limits", "volumes"] as const).map((feature) => {
    const engine = fakeEngine({ features: [feature] })
    const limit = { kind: "disk", sizeBytes: 1, allocatedBytes: 1 } as const
    engine.volumes.list = async () => [volume("bad", limit), volume("plain", { kind: "none" }), volume("good", limit)]
    engine.volumes.compact = async (name) => {
      if (name === "bad") throw damaged
      done.push(`${feature} ${name}`)
      return { beforeBytes: 2, afterBytes: 1 }
    }
    return { id: feature, engine }
  })
  const stop = scheduleCompaction({
    hosts: { connected: () => hosts },
    intervalMs: 24 * HOUR_MS,
    onError: (error, host) => failed.push([host, error]),
  })
  await vi.advanceTimersByTimeAsync(HOUR_MS)
  expect(done).toEqual(["volume-limits good"])
  expect(failed).toEqual([["volume-limits", damaged]])
  await vi.advanceTimersByTimeAsync(24 * HOUR_MS)
  expect(done).toHaveLength(2)
  stop()
  await vi.advanceTimersByTimeAsync(48 * HOUR_MS)
  expect(done).toHaveLength(2)
})
