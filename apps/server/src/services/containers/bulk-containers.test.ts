import { EngineError } from "@plimsoll/runtime"
import { expect, it, vi } from "vitest"
import { fakeEngine, summaryOf } from "../../testing/fake-engine.js"
import { bulkContainers } from "./bulk-containers.js"

it("reports on each id exactly once, and a failure stops nobody else", async () => {
  const engine = fakeEngine()
  for (let index = 0; index < 50; index++) engine.put(summaryOf(`c${index}`))
  const stop = engine.containers.stop
  let running = 0
  let most = 0
  engine.containers.stop = async (id) => {
    most = Math.max(most, ++running)
    await new Promise((resolve) => setImmediate(resolve))
    running--
    if (id === "c7") throw new EngineError("conflict", { publicMessage: "busy" })
    if (id === "c8") throw new Error("secret")
    return stop(id)
  }
  const ids = Array.from({ length: 51 }, (_, index) => `c${index}`)
  const report = vi.fn()
  const result = await bulkContainers(
    { ofContainer: async () => ({ host: "local", engine }) },
    { action: "stop", ids: [...ids, ...ids] },
    report,
  )
  expect([...result.done, ...result.failed.map(({ id }) => id)].sort()).toEqual([...ids].sort())
  expect(result.failed.sort((a, b) => a.id.localeCompare(b.id))).toEqual([
    { id: "c50", code: "not_found", message: "There is no container “c50”." },
    { id: "c7", code: "conflict", message: "busy" },
    { id: "c8", code: "internal", message: expect.not.stringContaining("secret") },
  ])
  expect(report).toHaveBeenCalledWith(expect.objectContaining({ message: "secret" }), "stop c8")
  expect(most).toBeLessThanOrEqual(8)
})
