import { describe, expect, it } from "vitest"
import { expectRefusal, type Harness, script } from "./harness.js"

const MiB = 2 ** 20

export function reclaimConformance(harness: Harness): void {
  describe("reclaim", () => {
    it("takes file cache from one that runs, and no more than asked for", async (context) => {
      context.skip(!harness.info.features.includes("reclaim"), "the engine has none")
      const { id } = await harness.start(script("dd if=/dev/zero of=/work/file bs=1M count=64 2> /dev/null; sync; echo ready; sleep 1000"))
      await expect.poll(() => harness.output(id), { timeout: 120_000 }).toContain("ready")
      const cursor = await harness.newestCursor()
      const first = await harness.engine.containers.reclaim(id, 16 * MiB)
      expect(first.beforeBytes - first.afterBytes).toBeGreaterThan(8 * MiB)
      expect(first.beforeBytes - first.afterBytes).toBeLessThan(40 * MiB)
      expect((await harness.engine.containers.inspect(id)).state.status).toBe("running")
      const events = (await harness.eventsAfter(cursor)).filter((event) => event.id === id)
      expect(events).toMatchObject([
        { action: "reclaim", attributes: { beforeBytes: String(first.beforeBytes), afterBytes: String(first.afterBytes) } },
      ])
    })

    it("leaves what is guaranteed", async (context) => {
      context.skip(!harness.info.features.includes("reclaim"), "the engine has none")
      harness.needsLimit(context, "memoryLowBytes")
      const { id } = await harness.start({
        ...script("dd if=/dev/zero of=/work/file bs=1M count=64 2> /dev/null; sync; echo ready; sleep 1000"),
        limits: { memoryLowBytes: 48 * MiB },
      })
      await expect.poll(() => harness.output(id), { timeout: 120_000 }).toContain("ready")
      const { afterBytes } = await harness.engine.containers.reclaim(id, 1024 * MiB)
      expect(afterBytes).toBeGreaterThan(40 * MiB)
    })

    it("is refused for one that does not run and for sizes that are none", async (context) => {
      context.skip(!harness.info.features.includes("reclaim"), "the engine has none")
      const created = await harness.create()
      await expectRefusal(harness.engine.containers.reclaim(created.id, MiB), "conflict")
      const { id } = await harness.start()
      for (const bytes of [0, -1, 0.5, Number.NaN, Number.POSITIVE_INFINITY])
        await expectRefusal(harness.engine.containers.reclaim(id, bytes), "invalid_argument")
    })

    it("an engine without it refuses", async (context) => {
      context.skip(harness.info.features.includes("reclaim"), "it has it")
      const { id } = await harness.start()
      await expectRefusal(harness.engine.containers.reclaim(id, MiB), "unsupported")
    })
  })
}
