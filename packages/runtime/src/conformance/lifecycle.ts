import { describe, expect, it } from "vitest"
import { expectRefusal, type Harness, script } from "./harness.js"

export function lifecycleConformance(harness: Harness): void {
  describe("a container's life", () => {
    it("create makes it and runs nothing", async () => {
      const { id, state } = await harness.create(script("echo must not run"))
      expect(id).toMatch(/^[0-9a-f]{64}$/)
      expect(state).toEqual({ status: "created" })
      expect(await harness.logs(id)).toEqual([])
    })

    it.each([0, 1, 3, 42, 255])("exit code %i is reported", async (code) => {
      expect(await harness.run(script(`exit ${code}`))).toMatchObject({ exitCode: code, oomKilled: false })
    })

    it("death by signal n is exit code 128 + n", async () => {
      const { id } = await harness.start({ init: false, ...script("trap - TERM; kill -s USR1 $$; sleep 1000"), stopSignal: "KILL" })
      // The kernel shields pid 1 from signals that it has no handler for, but not from KILL of the outside.
      await harness.engine.containers.kill(id, { signal: "KILL" })
      expect(await harness.engine.containers.wait(id)).toMatchObject({ exitCode: 137 })
    })

    it("start of a running one has no effect", async () => {
      const { id, state } = await harness.start()
      await harness.engine.containers.start(id)
      expect((await harness.engine.containers.inspect(id)).state).toEqual(state)
    })

    it("can be started again after its exit, with its files", async () => {
      const { id } = await harness.run(script("echo x >> /tmp/count; test $(wc -l < /tmp/count) = 2"))
      expect((await harness.engine.containers.inspect(id)).state).toMatchObject({ status: "exited", exitCode: 1 })
      await harness.engine.containers.start(id)
      expect(await harness.engine.containers.wait(id)).toMatchObject({ exitCode: 0 })
    })

    it("stop sends the stop signal and waits for it", async () => {
      const { id } = await harness.start({
        ...script("trap 'echo bye; exit 7' USR1; echo ready; while :; do sleep 1000 & wait $!; done"),
        stopSignal: "SIGUSR1",
      })
      await expect.poll(() => harness.output(id)).toContain("ready")
      await harness.engine.containers.stop(id)
      expect((await harness.engine.containers.inspect(id)).state).toMatchObject({ status: "exited", exitCode: 7 })
      expect(await harness.output(id)).toContain("bye")
    })

    it("stop kills what does not end within its grace", async () => {
      const { id } = await harness.start(script("trap '' TERM; echo ready; while :; do sleep 1; done"))
      await expect.poll(() => harness.output(id)).toContain("ready")
      const before = Date.now()
      await harness.engine.containers.stop(id, { timeoutMs: 300 })
      expect(Date.now() - before).toBeGreaterThanOrEqual(290)
      expect((await harness.engine.containers.inspect(id)).state).toMatchObject({ status: "exited", exitCode: 137 })
    })

    it("stop of one that does not run has no effect", async () => {
      const { id } = await harness.create()
      await harness.engine.containers.stop(id)
      expect((await harness.engine.containers.inspect(id)).state).toEqual({ status: "created" })
    })

    it.each(["USR1", "SIGUSR1", "10"])("kill sends %s", async (signal) => {
      const { id } = await harness.start(script("trap 'exit 9' USR1; echo ready; while :; do sleep 1000 & wait $!; done"))
      await expect.poll(() => harness.output(id)).toContain("ready")
      await harness.engine.containers.kill(id, { signal })
      expect(await harness.engine.containers.wait(id)).toMatchObject({ exitCode: 9 })
    })

    it("kill of one that does not run is a conflict, an unknown signal is refused", async () => {
      const { id } = await harness.create()
      await expectRefusal(harness.engine.containers.kill(id), "conflict")
      await harness.engine.containers.start(id)
      await expectRefusal(harness.engine.containers.kill(id, { signal: "SIGNOPE" }), "invalid_argument")
      await expectRefusal(harness.engine.containers.kill(id, { signal: "999" }), "invalid_argument")
    })

    it("restart gives a new process", async () => {
      const { id, state } = await harness.start()
      await harness.engine.containers.restart(id)
      const after = (await harness.engine.containers.inspect(id)).state
      expect(after.status).toBe("running")
      expect(after).not.toMatchObject({ pid: state.status === "running" ? state.pid : 0 })
    })

    it("pause freezes it and resume lets it go on", async (context) => {
      harness.needs(context, "pause")
      const { id } = await harness.start(script("i=0; while :; do echo $i; i=$((i+1)); sleep 0.01; done"))
      await expect.poll(async () => (await harness.logs(id)).length).toBeGreaterThan(2)
      await harness.engine.containers.pause(id)
      expect((await harness.engine.containers.inspect(id)).state.status).toBe("paused")
      const frozen = (await harness.logs(id)).length
      await new Promise((resolve) => setTimeout(resolve, 150))
      expect((await harness.logs(id)).length - frozen).toBeLessThanOrEqual(1)
      await harness.engine.containers.resume(id)
      expect((await harness.engine.containers.inspect(id)).state.status).toBe("running")
      await expect.poll(async () => (await harness.logs(id)).length).toBeGreaterThan(frozen + 2)
    })

    it("a paused one can be stopped and removed", async (context) => {
      harness.needs(context, "pause")
      const { id } = await harness.start()
      await harness.engine.containers.pause(id)
      await harness.engine.containers.stop(id, { timeoutMs: 2000 })
      expect((await harness.engine.containers.inspect(id)).state.status).toBe("exited")
      const other = await harness.start()
      await harness.engine.containers.pause(other.id)
      await harness.engine.containers.remove(other.id, { force: true })
      await expectRefusal(harness.engine.containers.inspect(other.id), "not_found")
    })

    it("remove of a running one is a conflict without force", async () => {
      const { id } = await harness.start()
      await expectRefusal(harness.engine.containers.remove(id), "conflict")
      expect((await harness.engine.containers.inspect(id)).state.status).toBe("running")
      await harness.engine.containers.remove(id, { force: true })
      await expectRefusal(harness.engine.containers.inspect(id), "not_found")
    })

    it("removed twice is removed", async () => {
      const { id } = await harness.create()
      await harness.engine.containers.remove(id)
      await harness.engine.containers.remove(id)
      await expectRefusal(harness.engine.containers.start(id), "not_found")
    })

    it("goes by itself when it was to be removed at its exit", async () => {
      const { id } = await harness.create({ ...script("exit 3"), autoRemove: true })
      const exit = harness.engine.containers.wait(id, { condition: "next-exit" })
      const removed = harness.engine.containers.wait(id, { condition: "removed" })
      await harness.engine.containers.start(id)
      expect(await exit).toMatchObject({ exitCode: 3 })
      await removed
      await expectRefusal(harness.engine.containers.inspect(id), "not_found")
    })
  })

  describe("wait", () => {
    it("not-running answers at once when it does not run", async () => {
      const { id } = await harness.run(script("exit 5"))
      expect(await harness.engine.containers.wait(id)).toMatchObject({ exitCode: 5 })
    })

    it("next-exit answers at the coming exit, to everybody", async () => {
      const { id } = await harness.run(script("sleep 0.05; exit 6"))
      const waiting = [1, 2, 3].map(() => harness.engine.containers.wait(id, { condition: "next-exit" }))
      await harness.engine.containers.start(id)
      for (const exit of await Promise.all(waiting)) expect(exit.exitCode).toBe(6)
    })

    it("removed answers when it is gone", async () => {
      const { id } = await harness.create()
      let gone = false
      const waiting = harness.engine.containers.wait(id, { condition: "removed" }).then(() => {
        gone = true
      })
      await harness.engine.containers.start(id)
      await harness.engine.containers.stop(id)
      expect(gone).toBe(false)
      await harness.engine.containers.remove(id)
      await waiting
    })

    it("ends when its caller gives up", async () => {
      const { id } = await harness.start()
      await expect(harness.engine.containers.wait(id, { signal: AbortSignal.timeout(20) })).rejects.toBeDefined()
      expect((await harness.engine.containers.inspect(id)).state.status).toBe("running")
    })
  })

  describe("names and ids", () => {
    it("a container is found by id, by unique prefix and by name", async () => {
      const { id } = await harness.create({ name: "found-by-name" })
      for (const reference of [id, id.slice(0, 12), "found-by-name"])
        expect((await harness.engine.containers.inspect(reference)).id).toBe(id)
      await expectRefusal(harness.engine.containers.inspect("no-such-container"), "not_found")
    })

    it("a name belongs to one: the next is refused and nothing of it is left", async () => {
      const { id } = await harness.create({ name: "taken" })
      await expectRefusal(harness.create({ name: "taken" }), "name_in_use")
      expect(
        (await harness.engine.containers.list()).filter((container) => container.name === "taken").map((container) => container.id),
      ).toEqual([id])
    })

    it("of many that ask for one name at once exactly one gets it", async () => {
      const outcomes = await Promise.allSettled(Array.from({ length: 20 }, () => harness.create({ name: "wanted" })))
      expect(outcomes.filter((outcome) => outcome.status === "fulfilled")).toHaveLength(1)
      for (const outcome of outcomes) if (outcome.status === "rejected") expect(outcome.reason).toMatchObject({ code: "name_in_use" })
    })

    it("rename gives the new name and frees the old one", async () => {
      const { id } = await harness.create({ name: "before" })
      const other = await harness.create({ name: "other" })
      await harness.engine.containers.rename(id, "after")
      expect((await harness.engine.containers.inspect("after")).id).toBe(id)
      await expectRefusal(harness.engine.containers.inspect("before"), "not_found")
      await expectRefusal(harness.engine.containers.rename(other.id, "after"), "name_in_use")
      await expectRefusal(harness.engine.containers.rename(id, "-bad name"), "invalid_argument")
      await harness.create({ name: "before" })
    })

    it("the list tells them apart by tenant, state and label", async () => {
      const a = await harness.create({ labels: { tier: "web", zone: "1" } })
      const b = await harness.start({ labels: { tier: "web" } })
      const ids = async (options: Parameters<typeof harness.engine.containers.list>[0]): Promise<string[]> =>
        (await harness.engine.containers.list(options)).map((container) => container.id).sort()
      expect(await ids({ labels: ["tier=web"] })).toEqual([a.id, b.id].sort())
      expect(await ids({ labels: ["tier=web", "zone"] })).toEqual([a.id])
      expect(await ids({ labels: ["tier"], statuses: ["running"] })).toEqual([b.id])
      expect(await ids({ tenant: "nobody" })).toEqual([])
    })
  })

  describe("many at once", () => {
    it("start, stop and remove of one container in any order end without harm", async () => {
      const { id } = await harness.create()
      const { containers } = harness.engine
      await Promise.allSettled([
        containers.start(id),
        containers.stop(id),
        containers.start(id),
        containers.restart(id),
        containers.stop(id),
        containers.remove(id, { force: true }),
        containers.start(id),
      ])
      await containers.remove(id, { force: true })
      await expectRefusal(containers.inspect(id), "not_found")
    })

    it("twenty containers run side by side, each with its own output", async () => {
      const outputs = await Promise.all(
        Array.from({ length: 20 }, async (_, index) => (await harness.run(script(`echo ${index}`))).stdout.trim()),
      )
      expect(outputs).toEqual(Array.from({ length: 20 }, (_, index) => String(index)))
    })
  })
}
