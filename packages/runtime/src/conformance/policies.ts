import { describe, expect, it } from "vitest"
import { type Harness, idle, script } from "./harness.js"

export function policiesConformance(harness: Harness): void {
  describe("restart policy", () => {
    it("no: it stays ended", async () => {
      const { id } = await harness.run({ ...script("exit 1"), restartPolicy: { kind: "no" } })
      expect(await harness.engine.containers.inspect(id)).toMatchObject({ state: { status: "exited" }, restartCount: 0 })
    })

    it("on-failure: as often as allowed, then no more", async () => {
      const { id } = await harness.start({ ...script("echo run; exit 3"), restartPolicy: { kind: "on-failure", maximumRetries: 2 } })
      const ended = async (): Promise<[number, string]> => {
        const { restartCount, state } = await harness.engine.containers.inspect(id)
        return [restartCount, state.status]
      }
      await expect.poll(ended, { timeout: 20_000 }).toEqual([2, "exited"])
      expect(await harness.output(id)).toBe("run\nrun\nrun\n")
    })

    it("on-failure: not after success", async () => {
      const { id } = await harness.run({ ...script("exit 0"), restartPolicy: { kind: "on-failure", maximumRetries: 5 } })
      expect((await harness.engine.containers.inspect(id)).state).toMatchObject({ status: "exited", exitCode: 0 })
    })

    it("always: after success too, with growing pauses that are shown", async (context) => {
      harness.needsAbility(context, "restarting-state")
      const { id } = await harness.start({ ...script("echo run"), restartPolicy: { kind: "always" } })
      await expect
        .poll(async () => (await harness.engine.containers.inspect(id)).restartCount, { timeout: 20_000 })
        .toBeGreaterThanOrEqual(3)
      await expect.poll(async () => (await harness.engine.containers.inspect(id)).state.status, { interval: 5 }).toBe("restarting")
      const { state } = await harness.engine.containers.inspect(id)
      if (state.status === "restarting") expect(state.restartAt).toBeGreaterThan(state.finishedAt)
    })

    it("always: not after a stop, until it is started", async () => {
      const { id } = await harness.start({ command: idle, restartPolicy: { kind: "always" } })
      await harness.engine.containers.stop(id)
      await new Promise((resolve) => setTimeout(resolve, 300))
      expect((await harness.engine.containers.inspect(id)).state.status).toBe("exited")
      await harness.engine.containers.start(id)
      expect((await harness.engine.containers.inspect(id)).state.status).toBe("running")
    })

    it("a stop ends the waiting for the next try", async (context) => {
      harness.needsAbility(context, "restarting-state")
      const { id } = await harness.start({ ...script("exit 1"), restartPolicy: { kind: "always" } })
      await expect
        .poll(async () => (await harness.engine.containers.inspect(id)).state.status, { timeout: 20_000, interval: 5 })
        .toBe("restarting")
      await harness.engine.containers.stop(id)
      const { restartCount } = await harness.engine.containers.inspect(id)
      await new Promise((resolve) => setTimeout(resolve, 500))
      expect(await harness.engine.containers.inspect(id)).toMatchObject({ restartCount, state: { status: "exited" } })
    })

    it("is changed while it runs", async (context) => {
      harness.needs(context, "update")
      const { id } = await harness.start(script("read forever < /dev/zero; sleep 1000"))
      await harness.engine.containers.update(id, { restartPolicy: { kind: "always" } })
      await harness.engine.containers.kill(id, { signal: "KILL" })
      expect((await harness.engine.containers.inspect(id)).resolved.restartPolicy).toEqual({ kind: "always" })
    })
  })

  describe("health", () => {
    const check = { intervalMs: 100, timeoutMs: 2000, startPeriodMs: 0, retries: 2 }

    it("follows what the check says, and each change is an event", async (context) => {
      harness.needs(context, "health")
      const cursor = await harness.newestCursor()
      const { id, health } = await harness.start({
        command: idle,
        healthCheck: { ...check, command: ["/bin/sh", "-c", "echo looked; test ! -e /tmp/sick"] },
      })
      expect(health).toBe("starting")
      const status = async (): Promise<string> => (await harness.engine.containers.inspect(id)).health
      await expect.poll(status, { timeout: 10_000 }).toBe("healthy")
      await harness.exec(id, ["touch", "/tmp/sick"])
      await expect.poll(status, { timeout: 10_000 }).toBe("unhealthy")
      await harness.exec(id, ["rm", "/tmp/sick"])
      await expect.poll(status, { timeout: 10_000 }).toBe("healthy")
      const { healthLog } = await harness.engine.containers.inspect(id)
      expect(healthLog.length).toBeGreaterThan(0)
      expect(healthLog.length).toBeLessThanOrEqual(5)
      expect(healthLog.at(-1)).toMatchObject({ exitCode: 0, output: expect.stringContaining("looked") })
      const told = async (): Promise<(string | undefined)[]> =>
        (await harness.eventsAfter(cursor))
          .filter((event) => event.id === id && event.action === "health")
          .map((event) => event.attributes.healthStatus)
      await expect.poll(told).toEqual(["healthy", "unhealthy", "healthy"])
    })

    it("a check that does not end counts as failed", async (context) => {
      harness.needs(context, "health")
      const { id } = await harness.start({
        command: idle,
        healthCheck: { ...check, timeoutMs: 100, retries: 1, command: ["sleep", "1000"] },
      })
      await expect.poll(async () => (await harness.engine.containers.inspect(id)).health, { timeout: 10_000 }).toBe("unhealthy")
      await expect
        .poll(async () => (await harness.engine.containers.top(id)).filter((process) => process.command === "sleep 1000").length)
        .toBeLessThanOrEqual(2)
    })

    it("failures count only after the start period", async (context) => {
      harness.needs(context, "health")
      const { id } = await harness.start({
        command: idle,
        healthCheck: { ...check, retries: 1, startPeriodMs: 60_000, command: ["false"] },
      })
      await expect
        .poll(async () => (await harness.engine.containers.inspect(id)).healthLog.length, { timeout: 10_000 })
        .toBeGreaterThanOrEqual(2)
      expect((await harness.engine.containers.inspect(id)).health).toBe("starting")
    })

    it("without a check there is none", async () => {
      expect((await harness.start()).health).toBe("none")
    })
  })
}
