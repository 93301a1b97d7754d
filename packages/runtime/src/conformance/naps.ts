import { createSocket } from "node:dgram"
import { afterAll, beforeAll, describe, expect, it, type TestContext } from "vitest"
import type { ContainerInspect, ContainerNap, EngineEvent, WakeCause } from "../engine.js"
import type { ContainerSpec } from "../spec/container-spec.js"
import { askMotd } from "./ask-motd.js"
import { expectRefusal, fetchScript, type Harness, idle, script } from "./harness.js"
import { streamOf } from "./test-image.js"
import { makeTestSwap } from "./test-swap.js"

const MiB = 2 ** 20
const server = script("httpd -f -p 80 -h /etc")
/** Holds some 24 MiB in a variable, says their sum, and again at each USR1. */
const holder: Pick<ContainerSpec, "command"> = script(
  'x=$(seq 1 3200000); trap \'echo "$x" | md5sum\' USR1; echo "$x" | md5sum; while :; do sleep 1000 & wait $!; done',
)
const HELD_BYTES = 20 * MiB

/** The engine of the suite, where it knows naps at all: with swap for the time of these tests where the host has none. */
export function napsConformance(harness: Harness): void {
  describe("naps", () => {
    let swap: { remove(): void } | undefined
    let unavailable: string | undefined

    beforeAll(async () => {
      if (harness.info.kind !== "embedded" || harness.info.features.includes("nap")) return
      const freezes = harness.info.features.includes("pause") && harness.info.features.includes("reclaim")
      if (!freezes) return
      try {
        swap = await makeTestSwap()
      } catch (error) {
        unavailable = `no swap can be made here: ${String(error)}`
      }
    })
    afterAll(() => swap?.remove())

    const needsNaps = async (context: TestContext): Promise<void> => {
      const { features, abilities } = await harness.engine.info()
      const why = unavailable ?? abilities.find(({ name }) => name === "nap")?.detail
      context.skip(!features.includes("nap"), `the engine has no naps: ${why ?? "it knows none"}`)
    }
    const { nap, wake } = {
      nap: (id: string): Promise<ContainerNap> => harness.engine.containers.nap(id),
      wake: (id: string, cause?: WakeCause) => harness.engine.containers.wake(id, cause === undefined ? {} : { cause }),
    }
    const inspect = (id: string): Promise<ContainerInspect> => harness.engine.containers.inspect(id)
    const eventsOf = async (id: string, after: number): Promise<EngineEvent[]> =>
      (await harness.eventsAfter(after)).filter((event) => event.id === id && ["nap", "wake", "pause", "resume"].includes(event.action))
    const startServer = async (spec: Partial<ContainerSpec> = {}): Promise<{ id: string; address: string; port: number }> => {
      const { id, networks, ports } = await harness.start({ ...server, ports: [{ containerPort: 80, protocol: "tcp" }], ...spec })
      const address = networks[0]?.address ?? ""
      await expect.poll(() => askMotd(address, 80), { timeout: 15_000 }).toContain("hello from the image")
      return { id, address, port: ports[0]?.hostPort ?? 0 }
    }

    it("an engine without them says so and refuses", async (context) => {
      context.skip((await harness.engine.info()).features.includes("nap"), "it has them")
      const { id } = await harness.start()
      await expectRefusal(nap(id), "unsupported")
      expect((await inspect(id)).state.status).toBe("running")
    })

    it("a nap gives its memory, and all of it is there again afterwards", async (context) => {
      await needsNaps(context)
      const { id } = await harness.start(holder)
      await expect.poll(() => harness.output(id), { timeout: 120_000 }).toMatch(/^\w{32} /)
      const [sum] = (await harness.output(id)).split("\n")
      const cursor = await harness.newestCursor()
      const given = await nap(id)
      expect(given.beforeBytes).toBeGreaterThan(HELD_BYTES)
      expect(given.afterBytes).toBeLessThan(given.beforeBytes / 4)
      const { state, nap: shown } = await inspect(id)
      expect(state.status).toBe("paused")
      expect(shown).toEqual(given)
      const stats = await harness.engine.containers.stats(id)
      expect(stats.memory.swapBytes).toBeGreaterThan(HELD_BYTES)
      expect(stats.memory.chargedBytes).toBeLessThan(given.beforeBytes / 4)
      expect(await wake(id)).toMatchObject({ sleptMs: expect.any(Number), wakeMs: expect.any(Number) })
      expect((await inspect(id)).nap).toBeUndefined()
      await harness.engine.containers.kill(id, { signal: "USR1" })
      await expect.poll(async () => (await harness.output(id)).trim().split("\n"), { timeout: 120_000 }).toEqual([sum, sum])
      const [napEvent, wakeEvent] = await eventsOf(id, cursor)
      expect(napEvent).toMatchObject({
        action: "nap",
        attributes: {
          beforeBytes: String(given.beforeBytes),
          afterBytes: String(given.afterBytes),
          tookMs: expect.stringMatching(/^[\d.]+$/),
        },
      })
      expect(wakeEvent).toMatchObject({
        action: "wake",
        attributes: { cause: "request", sleptMs: expect.stringMatching(/^\d+/), wakeMs: expect.stringMatching(/^[\d.]+$/) },
      })
    })

    it("the limits are the same afterwards as before", async (context) => {
      await needsNaps(context)
      harness.needsLimit(context, "memoryMaxBytes")
      const { id } = await harness.start({ ...holder, limits: { memoryMaxBytes: 256 * MiB, swapMaxBytes: 128 * MiB } })
      await expect.poll(() => harness.output(id), { timeout: 120_000 }).toMatch(/^\w{32} /)
      const limits = async (): Promise<Record<string, string>[]> =>
        (await harness.engine.containers.cgroupTree(id))
          .filter(({ role }) => role === "container")
          .map(({ files }) =>
            Object.fromEntries(
              Object.entries(files).filter(([name]) => /^memory\.(memsw\.)?limit_in_bytes$|memory\.(max|high|swap\.max)$/.test(name)),
            ),
          )
      const before = await limits()
      await nap(id)
      expect(await limits()).toEqual(before)
      await wake(id)
      await harness.engine.containers.reclaim(id, 8 * MiB)
      expect(await limits()).toEqual(before)
    })

    it("the first request from the host wakes it and is answered, by its address and by its published port", async (context) => {
      await needsNaps(context)
      const { id, address, port } = await startServer()
      for (const [host, at] of [
        [address, 80],
        ["127.0.0.1", port],
      ] as const) {
        const cursor = await harness.newestCursor()
        await nap(id)
        expect(await askMotd(host, at)).toContain("hello from the image")
        expect((await inspect(id)).state.status).toBe("running")
        await expect.poll(async () => (await eventsOf(id, cursor)).map(({ attributes }) => attributes.cause)).toEqual([undefined, "packet"])
      }
    })

    it("the first request of another container wakes it and is answered, by address and through the host", async (context) => {
      await needsNaps(context)
      const { id, address, port } = await startServer()
      const client = await harness.start()
      for (const [host, at] of [
        [address, 80],
        [client.networks[0]?.gateway ?? "", port],
      ] as const) {
        await nap(id)
        expect((await harness.exec(client.id, ["sh", "-c", fetchScript(host, at)])).stdout).toContain("hello from the image")
        expect((await inspect(id)).nap).toBeUndefined()
      }
    })

    it("a datagram wakes it", async (context) => {
      await needsNaps(context)
      const { id, networks } = await harness.start()
      await nap(id)
      const socket = createSocket("udp4")
      try {
        await new Promise<void>((resolve, reject) =>
          socket.send("a datagram", 53, networks[0]?.address ?? "", (error) => (error === null ? resolve() : reject(error))),
        )
        await expect.poll(async () => (await inspect(id)).state.status, { timeout: 10_000 }).toBe("running")
      } finally {
        socket.close()
      }
    })

    it("neither looking at it nor broadcasts and address resolution wake it", async (context) => {
      await needsNaps(context)
      const { id, address } = await startServer()
      const other = await harness.start({ capabilitiesAdd: ["NET_RAW"] })
      const broadcast = address.replace(/\.\d+$/, ".255")
      await nap(id)
      const before = await harness.engine.containers.stats(id)
      await harness.exec(other.id, ["arping", "-c", "2", "-w", "3", "-I", "eth0", address])
      await harness.exec(other.id, ["sh", "-c", `echo x | nc -u -w 1 ${broadcast} 9`])
      await harness.exec(other.id, ["ping", "-c", "1", "-W", "1", "224.0.0.1"])
      await harness.engine.containers.stats(id)
      await harness.engine.containers.statsAll()
      await harness.engine.containers.top(id)
      await harness.logs(id)
      await harness.engine.containers.list()
      await harness.engine.containers.statPath(id, "/etc/motd")
      expect((await inspect(id)).nap).toBeDefined()
      // They did come by.
      const after = await harness.engine.containers.stats(id)
      expect(after.network?.receivedPackets).toBeGreaterThan(before.network?.receivedPackets ?? 0)
    })

    it.for<[WakeCause, string, (id: string) => Promise<unknown>]>([
      ["exec", "exec", (id) => harness.exec(id, ["true"])],
      ["copy", "copyIn", (id) => harness.engine.containers.copyIn(id, "/tmp", streamOf(Buffer.alloc(1024)))],
      ["update", "update", (id) => harness.engine.containers.update(id, { restartPolicy: { kind: "no" } })],
      ["kill", "kill", (id) => harness.engine.containers.kill(id, { signal: "WINCH" })],
      ["request", "resume", (id) => harness.engine.containers.resume(id)],
      ["pressure", "wake", (id) => wake(id, "pressure")],
    ])("%s is the cause when %s wakes it", async ([cause, _, operation], context) => {
      await needsNaps(context)
      const { id } = await harness.start()
      await nap(id)
      const cursor = await harness.newestCursor()
      await operation(id)
      expect((await inspect(id)).state.status).toBe("running")
      expect(await eventsOf(id, cursor)).toMatchObject([{ action: "wake", attributes: { cause } }])
    })

    it("copyOut, commit, attach with input, restart, stop and remove work on one that naps", async (context) => {
      await needsNaps(context)
      const { containers } = harness.engine
      const { id } = await harness.start({ openStdin: true, command: ["/bin/cat"] })
      await nap(id)
      const { tar } = await containers.copyOut(id, "/etc/motd")
      for await (const _ of tar);
      await nap(id)
      const image = await containers.commit(id)
      await harness.engine.images.remove(image.id)
      await nap(id)
      const session = await containers.attach(id, { stdin: true })
      session.stdin?.write("typed\n")
      await expect.poll(() => harness.output(id)).toContain("typed")
      await expectRefusal(nap(id), "conflict")
      session.detach()
      await expect
        .poll(() =>
          nap(id).then(
            () => "naps",
            () => "refused",
          ),
        )
        .toBe("naps")
      await containers.restart(id, { timeoutMs: 0 })
      expect((await inspect(id)).state.status).toBe("running")
      await nap(id)
      await containers.stop(id, { timeoutMs: 0 })
      expect((await inspect(id)).state.status).toBe("exited")
      expect((await inspect(id)).nap).toBeUndefined()
      await containers.start(id)
      await nap(id)
      await containers.remove(id, { force: true })
      await expectRefusal(inspect(id), "not_found")
    })

    it("stop gives one that naps its grace", async (context) => {
      await needsNaps(context)
      const { id } = await harness.start(script("trap 'echo bye; exit 7' TERM; echo ready; while :; do sleep 1000 & wait $!; done"))
      await expect.poll(() => harness.output(id)).toContain("ready")
      await nap(id)
      await harness.engine.containers.stop(id)
      expect((await inspect(id)).state).toMatchObject({ status: "exited", exitCode: 7 })
    })

    it("a second nap has no effect and the same answer; waking one that does not nap has none", async (context) => {
      await needsNaps(context)
      const { id } = await harness.start()
      const cursor = await harness.newestCursor()
      const [first, second] = await Promise.all([nap(id), nap(id)])
      expect(second).toEqual(first)
      expect(await nap(id)).toEqual(first)
      const woken = await Promise.all([wake(id), wake(id), wake(id)])
      expect(new Set(woken.map(({ wakeMs }) => wakeMs)).size).toBe(1)
      expect(await wake(id)).toEqual({ sleptMs: 0, wakeMs: 0 })
      expect((await eventsOf(id, cursor)).map(({ action }) => action)).toEqual(["nap", "wake"])
    })

    it("one that was paused by hand does not nap, and stays paused whatever comes; a nap becomes a pause by hand", async (context) => {
      await needsNaps(context)
      const { id, address } = await startServer()
      await nap(id)
      await harness.engine.containers.pause(id)
      const { state, nap: shown } = await inspect(id)
      expect([state.status, shown]).toEqual(["paused", undefined])
      await expectRefusal(nap(id), "conflict")
      expect(await wake(id)).toEqual({ sleptMs: 0, wakeMs: 0 })
      const pending = askMotd(address, 80)
      await new Promise((resolve) => setTimeout(resolve, 200))
      expect((await inspect(id)).state.status).toBe("paused")
      await harness.engine.containers.resume(id)
      expect(await pending).toContain("hello from the image")
    })

    it("what cannot nap is refused with the reason", async (context) => {
      await needsNaps(context)
      const created = await harness.create()
      await expectRefusal(nap(created.id), "conflict")
      await expectRefusal(nap("no-such-container"), "not_found")
      const onHost = await harness.start({ network: { kind: "host" }, userNamespace: { kind: "host" } })
      await expectRefusal(nap(onHost.id), "unsupported")
      const busy = await harness.start()
      const session = await harness.engine.containers.exec(busy.id, { command: ["sleep", "2"] })
      await expectRefusal(nap(busy.id), "conflict")
      await session.exited
      await nap(busy.id)
    })

    it("a packet wakes all that nap in one network namespace", async (context) => {
      await needsNaps(context)
      const { id, address } = await startServer()
      const member = await harness.start({ command: idle, network: { kind: "container", container: id } })
      await nap(id)
      await nap(member.id)
      expect(await askMotd(address, 80)).toContain("hello from the image")
      await expect.poll(async () => (await inspect(member.id)).state.status).toBe("running")
    })

    it("who wants it while it falls asleep gets it awake", async (context) => {
      await needsNaps(context)
      const { id } = await harness.start(holder)
      await expect.poll(() => harness.output(id), { timeout: 120_000 }).toMatch(/^\w{32} /)
      for (let round = 0; round < 5; round++) {
        const falling = nap(id).then(
          () => "naps",
          (error: { code?: string }) => error.code,
        )
        await new Promise((resolve) => setTimeout(resolve, round * 15))
        expect(await harness.exec(id, ["echo", "awake"])).toMatchObject({ stdout: "awake\n" })
        expect(["aborted", "conflict", "naps"]).toContain(await falling)
        expect((await inspect(id)).state.status).toBe("running")
      }
    })

    it("health probes rest while it naps and go on afterwards", async (context) => {
      await needsNaps(context)
      harness.needs(context, "health")
      const { id } = await harness.start({
        healthCheck: { command: ["/bin/sh", "-c", "true"], intervalMs: 200, timeoutMs: 1000, retries: 1, startPeriodMs: 0 },
      })
      await expect.poll(async () => (await inspect(id)).health, { timeout: 15_000 }).toBe("healthy")
      await expect
        .poll(() =>
          nap(id).then(
            () => "naps",
            () => "refused",
          ),
        )
        .toBe("naps")
      await new Promise((resolve) => setTimeout(resolve, 1500))
      expect(await inspect(id)).toMatchObject({ health: "healthy", nap: expect.anything() })
      await wake(id)
      const woken = Date.now()
      await expect
        .poll(async () => (await inspect(id)).healthLog.some(({ startedAt }) => startedAt >= woken), { timeout: 15_000 })
        .toBe(true)
      expect((await inspect(id)).health).toBe("healthy")
    })

    it("one that napped when the engine was closed answers after it was opened again", async (context) => {
      await needsNaps(context)
      const { reopen } = harness.subject
      context.skip(reopen === undefined, "this engine cannot be opened again")
      const { id, address } = await startServer()
      await nap(id)
      harness.adopt((await reopen?.()) ?? harness.engine)
      expect(await askMotd(address, 80)).toContain("hello from the image")
      await nap(id)
      expect(await askMotd(address, 80)).toContain("hello from the image")
    })
  })
}
