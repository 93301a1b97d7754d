import { EngineError, type GarbageReport } from "@plimsoll/runtime"
import { afterEach, beforeEach, expect, it, vi } from "vitest"
import { type FakeEngine, fakeEngine } from "../../testing/fake-engine.js"
import { scheduleGarbageCollection } from "./schedule-garbage-collection.js"

const HOUR_MS = 3_600_000
beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const nothing: GarbageReport = { dryRun: false, images: [], blobs: [], layers: [], reclaimedBytes: 0 }

function schedule(intervalMs: number) {
  const done: string[] = []
  const failed: unknown[] = []
  const engines = new Map<string, FakeEngine>()
  for (const [id, feature] of [
    ["local", "image-garbage"],
    ["able", "image-garbage"],
    ["unable", "image-pull"],
  ] as const) {
    const engine = fakeEngine({ features: [feature] })
    engine.images.collectGarbage = async (options) => {
      done.push(`${id} ${JSON.stringify(options ?? {})}`)
      return nothing
    }
    engines.set(id, engine)
  }
  const hosts = { connected: () => [...engines].map(([id, engine]) => ({ id, engine })) }
  const stop = scheduleGarbageCollection({ hosts, intervalMs, onError: (error, host) => failed.push([host, error]) })
  return { done, failed, engines, stop }
}

it("collects on every host that can, an hour after the start and then as often as is set, until it is stopped", async () => {
  const { done, stop } = schedule(24 * HOUR_MS)
  await vi.advanceTimersByTimeAsync(HOUR_MS - 1)
  expect(done).toEqual([])
  await vi.advanceTimersByTimeAsync(1)
  expect(done).toEqual(["local {}", "able {}"])
  await vi.advanceTimersByTimeAsync(48 * HOUR_MS)
  expect(done).toHaveLength(6)
  stop()
  await vi.advanceTimersByTimeAsync(48 * HOUR_MS)
  expect(done).toHaveLength(6)
})

it("never collects when it is off, nor when it is stopped before the first time", async () => {
  const off = schedule(0)
  const stopped = schedule(HOUR_MS)
  stopped.stop()
  await vi.advanceTimersByTimeAsync(1000 * HOUR_MS)
  expect([...off.done, ...stopped.done]).toEqual([])
})

it("a host that fails is told and holds up neither the others nor the next time", async () => {
  const { done, failed, engines } = schedule(HOUR_MS)
  const error = new EngineError("disk_full")
  const local = engines.get("local") as FakeEngine
  local.images.collectGarbage = () => Promise.reject(error)
  await vi.advanceTimersByTimeAsync(2 * HOUR_MS)
  expect(failed).toEqual([
    ["local", error],
    ["local", error],
  ])
  expect(done).toEqual(["able {}", "able {}"])
})
