import { describe, expect, it } from "vitest"
import type { ContainerRecord } from "./container-record.js"
import type { ContainerStore, RecordListener } from "./container-store.js"
import { testRecord } from "./test-record.js"
import { waitContainer } from "./wait-container.js"

const run = {
  pid: 1,
  pidStartTicks: 1,
  conmonPid: 1,
  bootId: "b",
  startedAt: 1,
  stopRequested: false,
  oomKills: 0,
  user: { uid: 0, gid: 0, additionalGids: [], home: "/" },
}
const running = testRecord({ state: { status: "running", run } })
const exited = (exitCode: number, finishedAt: number): ContainerRecord =>
  testRecord({ state: { status: "exited", stoppedByUser: false, exitCode, oomKilled: false, finishedAt } })

/** One container that changes by hand. */
class OneContainer implements Pick<ContainerStore, "find" | "watch"> {
  readonly listeners = new Set<RecordListener>()
  constructor(public record: ContainerRecord) {}
  find(): ContainerRecord {
    return this.record
  }
  watch(_id: string, listener: RecordListener): () => void {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }
  change(record: ContainerRecord | undefined): void {
    if (record !== undefined) this.record = record
    for (const listener of [...this.listeners]) listener(record)
  }
}

describe("waitContainer", () => {
  it("not-running: answers at once with the last exit, or when the run ends", async () => {
    expect(await waitContainer(new OneContainer(testRecord()), "web", {})).toMatchObject({ exitCode: 0 })
    expect(await waitContainer(new OneContainer(exited(4, 9)), "web", {})).toMatchObject({ exitCode: 4 })
    const containers = new OneContainer(running)
    const waiting = waitContainer(containers, "web", {})
    containers.change(exited(7, 9))
    expect(await waiting).toMatchObject({ exitCode: 7 })
    expect(containers.listeners.size).toBe(0)
  })

  it("next-exit: the exit that has been is none, nor is a renaming after it", async () => {
    const containers = new OneContainer(exited(1, 5))
    const waiting = waitContainer(containers, "web", { condition: "next-exit" })
    containers.change({ ...exited(1, 5), name: "other" })
    containers.change(running)
    containers.change(exited(2, 8))
    expect(await waiting).toMatchObject({ exitCode: 2, finishedAt: 8 })
  })

  it("next-exit: a quick restart between does not hide the exit", async () => {
    const containers = new OneContainer(running)
    const waiting = waitContainer(containers, "web", { condition: "next-exit" })
    containers.change(
      testRecord({ state: { status: "restarting", restartAt: 10, startedAt: 1, exitCode: 3, oomKilled: false, finishedAt: 9 } }),
    )
    containers.change(running)
    expect(await waiting).toMatchObject({ exitCode: 3 })
  })

  it("removed: waits for the removal, and tells of the last exit", async () => {
    const containers = new OneContainer(running)
    const waiting = waitContainer(containers, "web", { condition: "removed" })
    containers.change(exited(6, 9))
    expect(containers.listeners.size).toBe(1)
    containers.change(undefined)
    expect(await waiting).toMatchObject({ exitCode: 6 })
  })

  it("removal ends every wait", async () => {
    const containers = new OneContainer(running)
    const waiting = waitContainer(containers, "web", { condition: "next-exit" })
    containers.change(undefined)
    await expect(waiting).resolves.toBeDefined()
  })

  it("who gives up holds nothing", async () => {
    const containers = new OneContainer(running)
    const controller = new AbortController()
    const waiting = waitContainer(containers, "web", { signal: controller.signal })
    controller.abort()
    await expect(waiting).rejects.toMatchObject({ code: "aborted" })
    expect(containers.listeners.size).toBe(0)
  })
})
