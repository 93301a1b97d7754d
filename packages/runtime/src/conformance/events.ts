import { setMaxListeners } from "node:events"
import { describe, expect, it } from "vitest"
import type { EngineEvent } from "../engine.js"
import { type Harness, idle, script } from "./harness.js"

export function eventsConformance(harness: Harness): void {
  describe("events", () => {
    it("tell a container's life in order", async () => {
      const cursor = await harness.newestCursor()
      const { id } = await harness.create({ ...script("exit 4"), name: "told-of" })
      await harness.engine.containers.start(id)
      await harness.engine.containers.wait(id)
      await harness.engine.containers.rename(id, "told-of-again")
      await harness.engine.containers.remove(id)
      const own = (await harness.eventsAfter(cursor)).filter((event) => event.id === id)
      expect(own.map((event) => event.action)).toEqual(["create", "start", "exit", "rename", "remove"])
      expect(own.find((event) => event.action === "exit")?.attributes).toMatchObject({ exitCode: "4" })
      expect(own.find((event) => event.action === "rename")).toMatchObject({ name: "told-of-again", attributes: { oldName: "told-of" } })
      for (const event of own) expect(event).toMatchObject({ kind: "container", tenant: "operator" })
    })

    it("have cursors that only grow, and each is given exactly once after any of them", async () => {
      const start = await harness.newestCursor()
      await Promise.all(Array.from({ length: 10 }, () => harness.run(script("exit 0"))))
      const all = await harness.eventsAfter(start)
      expect(all.length).toBeGreaterThanOrEqual(30)
      const cursors = all.map((event) => event.cursor)
      expect(cursors).toEqual([...new Set(cursors)].sort((a, b) => a - b))
      for (const index of [0, 7, all.length - 1])
        expect((await harness.eventsAfter(all[index]?.cursor ?? 0)).slice(0, all.length - index - 1)).toEqual(all.slice(index + 1))
    })

    it("followed, come as they happen, to many readers alike", async () => {
      const stop = new AbortController()
      const cursor = await harness.newestCursor()
      setMaxListeners(20, stop.signal)
      const readers = Array.from({ length: 20 }, () => followed(harness, cursor, stop.signal))
      const { id } = await harness.start({ command: idle })
      await harness.engine.containers.stop(id)
      for (const reader of readers)
        await expect
          .poll(() => reader.seen.filter((event) => event.id === id).map((event) => event.action))
          .toEqual(expect.arrayContaining(["create", "start", "exit"]))
      stop.abort()
      await Promise.all(readers.map((reader) => reader.ended))
      for (const reader of readers)
        expect(reader.seen.map((event) => event.cursor)).toEqual([...new Set(reader.seen.map((event) => event.cursor))])
    })

    it("without a cursor begin with what comes", async () => {
      const stop = new AbortController()
      await harness.create()
      const reader = followed(harness, undefined, stop.signal)
      // A reader counts from the moment when it asks for the first event.
      await new Promise((resolve) => setTimeout(resolve, 50))
      const { id } = await harness.create()
      await expect.poll(() => reader.seen.map((event) => event.id)).toEqual([id])
      stop.abort()
      await reader.ended
    })

    it("outlast the engine, and so do containers", async (context) => {
      const { reopen } = harness.subject
      if (reopen === undefined) return context.skip("the engine cannot be opened again")
      const cursor = await harness.newestCursor()
      const running = await harness.start({ command: idle })
      const ending = await harness.start(script("sleep 0.3; echo after; exit 9"))
      const before = await harness.eventsAfter(cursor)
      harness.adopt(await reopen())
      expect((await harness.engine.containers.inspect(running.id)).state).toEqual(running.state)
      expect(await harness.engine.containers.wait(ending.id)).toMatchObject({ exitCode: 9 })
      expect(await harness.output(ending.id)).toBe("after\n")
      const after = await harness.eventsAfter(cursor)
      expect(after.slice(0, before.length)).toEqual(before)
      await expect
        .poll(async () => (await harness.eventsAfter(cursor)).filter((event) => event.id === ending.id && event.action === "exit"))
        .toHaveLength(1)
      expect((await harness.exec(running.id, ["echo", "still here"])).stdout).toBe("still here\n")
    })
  })
}

function followed(harness: Harness, after: number | undefined, signal: AbortSignal): { seen: EngineEvent[]; ended: Promise<void> } {
  const seen: EngineEvent[] = []
  const ended = (async () => {
    for await (const event of harness.engine.events({ follow: true, signal, ...(after === undefined ? {} : { after }) })) seen.push(event)
  })()
  return { seen, ended }
}
