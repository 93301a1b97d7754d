import { connect } from "node:net"
import { describe, expect, it, type TestContext } from "vitest"
import type { ContainerHibernation, ContainerInspect, EngineEvent, WakeCause } from "../engine.js"
import type { ContainerSpec } from "../spec/container-spec.js"
import { askMotd } from "./ask-motd.js"
import { expectRefusal, fetchScript, type Harness, script } from "./harness.js"
import { streamOf } from "./test-image.js"

const MiB = 2 ** 20
const server = script("httpd -f -p 80 -h /etc")
/** Holds some 24 MiB in a variable, says their sum, and again at each USR1. */
const holder = script('x=$(seq 1 3200000); trap \'echo "$x" | md5sum\' USR1; echo "$x" | md5sum; while :; do sleep 1000 & wait $!; done')
const HELD_BYTES = 20 * MiB

/** The engine of the suite, where it can write processes to disk. */
export function hibernationConformance(harness: Harness): void {
  describe("hibernation", () => {
    const needsHibernation = (context: TestContext): void => {
      harness.needsAbility(context, "hibernate")
      harness.needs(context, "hibernate")
    }
    const { hibernate, wake } = {
      hibernate: (id: string): Promise<ContainerHibernation> => harness.engine.containers.hibernate(id),
      wake: (id: string, cause?: WakeCause) => harness.engine.containers.wake(id, cause === undefined ? {} : { cause }),
    }
    const inspect = (id: string): Promise<ContainerInspect> => harness.engine.containers.inspect(id)
    const statusOf = async (id: string): Promise<string> => (await inspect(id)).state.status
    const eventsOf = async (id: string, after: number): Promise<EngineEvent[]> =>
      (await harness.eventsAfter(after)).filter((event) => event.id === id)
    const startServer = async (spec: Partial<ContainerSpec> = {}): Promise<{ id: string; address: string; port: number }> => {
      const { id, networks, ports } = await harness.start({ ...server, ports: [{ containerPort: 80, protocol: "tcp" }], ...spec })
      const address = networks[0]?.address ?? ""
      await expect.poll(() => askMotd(address, 80), { timeout: 15_000 }).toContain("hello from the image")
      return { id, address, port: ports[0]?.hostPort ?? 0 }
    }
    /** One that answered a moment ago still closes its connection. */
    const hibernateSoon = (id: string) =>
      expect
        .poll(
          () =>
            hibernate(id).then(
              () => "hibernates",
              (error: { publicMessage?: string }) => error.publicMessage,
            ),
          { timeout: 10_000 },
        )
        .toBe("hibernates")

    it("an engine without it says so and refuses", async (context) => {
      context.skip((await harness.engine.info()).features.includes("hibernate"), "it has it")
      const { id } = await harness.start()
      await expectRefusal(hibernate(id), "unsupported")
      expect(await statusOf(id)).toBe("running")
    })

    it("its memory is given back whole, and all of it is there again afterwards", async (context) => {
      needsHibernation(context)
      const { id } = await harness.start(holder)
      await expect.poll(() => harness.output(id), { timeout: 120_000 }).toMatch(/^\w{32} /)
      const [sum] = (await harness.output(id)).split("\n")
      const cursor = await harness.newestCursor()
      const given = await hibernate(id)
      expect(given.beforeBytes).toBeGreaterThan(HELD_BYTES)
      expect(given.imageBytes).toBeGreaterThan(HELD_BYTES)
      const { state, hibernation, ports } = await inspect(id)
      expect(state).toMatchObject({ status: "hibernated", startedAt: expect.any(Number), hibernatedAt: given.since })
      expect(hibernation).toEqual(given)
      expect(ports).toEqual([])
      expect((await harness.engine.containers.statsAll()).map(({ containerId }) => containerId)).not.toContain(id)
      expect(await wake(id)).toMatchObject({ sleptMs: expect.any(Number), wakeMs: expect.any(Number) })
      const awake = await inspect(id)
      expect([awake.state.status, awake.hibernation]).toEqual(["running", undefined])
      await harness.engine.containers.kill(id, { signal: "USR1" })
      await expect.poll(async () => (await harness.output(id)).trim().split("\n"), { timeout: 120_000 }).toEqual([sum, sum])
      const [slept, woken] = await eventsOf(id, cursor)
      expect(slept).toMatchObject({
        action: "hibernate",
        attributes: {
          beforeBytes: String(given.beforeBytes),
          imageBytes: String(given.imageBytes),
          tookMs: expect.stringMatching(/^[\d.]+$/),
        },
      })
      expect(woken).toMatchObject({
        action: "wake",
        attributes: {
          cause: "request",
          from: "hibernation",
          sleptMs: expect.stringMatching(/^\d+/),
          wakeMs: expect.stringMatching(/^[\d.]+$/),
        },
      })
    })

    it("it counts on from where it was, in one run and one log, with its volume", async (context) => {
      needsHibernation(context)
      const { id } = await harness.start({
        ...script('n=0; while :; do n=$((n+1)); echo "$n" | tee -a /data/log; sleep 0.1; done'),
        mounts: [{ kind: "volume", volume: "counted", target: "/data" }],
      })
      await expect.poll(() => harness.output(id)).toContain("5\n")
      const { state } = await inspect(id)
      const waiting = harness.engine.containers.wait(id)
      for (let round = 0; round < 3; round++) {
        await hibernateSoon(id)
        await wake(id)
        const lines = (await harness.output(id)).trim().split("\n").length
        await expect.poll(async () => (await harness.output(id)).trim().split("\n").length).toBeGreaterThan(lines + 3)
      }
      const numbers = (await harness.output(id)).trim().split("\n").map(Number)
      expect(numbers).toEqual(numbers.map((_, index) => index + 1))
      expect((await inspect(id)).state).toMatchObject({ status: "running", startedAt: "startedAt" in state ? state.startedAt : 0 })
      expect((await inspect(id)).restartCount).toBe(0)
      await harness.engine.containers.stop(id, { timeoutMs: 0 })
      expect(await waiting).toMatchObject({ exitCode: 137 })
    })

    it("one that runs as a user of its own goes on as that user", async (context) => {
      needsHibernation(context)
      const { id } = await harness.start({ ...script("while :; do id -u; sleep 0.1; done"), user: "app" })
      await expect.poll(() => harness.output(id)).toContain("1000\n")
      await hibernate(id)
      await wake(id)
      const before = (await harness.output(id)).length
      await expect.poll(async () => (await harness.output(id)).slice(before)).toContain("1000\n")
      expect((await harness.output(id)).replaceAll("1000\n", "")).toBe("")
      expect((await harness.exec(id, ["id", "-u"])).stdout).toBe("1000\n")
    })

    it("the first request from the host wakes it and is answered, by its address and by its published port", async (context) => {
      needsHibernation(context)
      const { id, address, port } = await startServer()
      for (const [host, at] of [
        [address, 80],
        ["127.0.0.1", port],
      ] as const) {
        await hibernateSoon(id)
        const cursor = await harness.newestCursor()
        expect(await askMotd(host, at)).toContain("hello from the image")
        expect(await statusOf(id)).toBe("running")
        await expect.poll(async () => (await eventsOf(id, cursor)).map(({ attributes }) => attributes.cause)).toEqual(["packet"])
      }
    })

    it("the first request of another container wakes it and is answered, by address and through the host", async (context) => {
      needsHibernation(context)
      const { id, address, port } = await startServer()
      const client = await harness.start()
      for (const [host, at] of [
        [address, 80],
        [client.networks[0]?.gateway ?? "", port],
      ] as const) {
        await hibernateSoon(id)
        expect((await harness.exec(client.id, ["sh", "-c", fetchScript(host, at)])).stdout).toContain("hello from the image")
        expect(await statusOf(id)).toBe("running")
      }
    })

    it("many that ask at once are all answered", async (context) => {
      needsHibernation(context)
      const { id, address } = await startServer()
      await hibernateSoon(id)
      const answers = await Promise.all(Array.from({ length: 20 }, () => askMotd(address, 80)))
      expect(answers.filter((answer) => !answer.includes("hello from the image"))).toEqual([])
    })

    it.for<[WakeCause, string, (id: string) => Promise<unknown>]>([
      ["exec", "exec", (id) => harness.exec(id, ["true"])],
      ["copy", "copyIn", (id) => harness.engine.containers.copyIn(id, "/tmp", streamOf(Buffer.alloc(1024)))],
      ["update", "update", (id) => harness.engine.containers.update(id, { restartPolicy: { kind: "no" } })],
      ["kill", "a signal", (id) => harness.engine.containers.kill(id, { signal: "WINCH" })],
      ["request", "resume", (id) => harness.engine.containers.resume(id)],
      ["request", "start", (id) => harness.engine.containers.start(id)],
      ["attach", "attach", async (id) => (await harness.engine.containers.attach(id)).detach()],
      ["pressure", "wake", (id) => wake(id, "pressure")],
    ])("%s is the cause when %s wakes it", async ([cause, _, operation], context) => {
      needsHibernation(context)
      const { id } = await harness.start()
      await hibernateSoon(id)
      const cursor = await harness.newestCursor()
      await operation(id)
      expect(await statusOf(id)).toBe("running")
      expect((await eventsOf(id, cursor)).filter(({ action }) => action === "wake")).toMatchObject([{ attributes: { cause } }])
    })

    it("neither looking at it nor broadcasts wake it", async (context) => {
      needsHibernation(context)
      const { id, address } = await startServer()
      const other = await harness.start({ capabilitiesAdd: ["NET_RAW"] })
      await hibernateSoon(id)
      await harness.exec(other.id, ["sh", "-c", `echo x | nc -u -w 1 ${address.replace(/\.\d+$/, ".255")} 9`])
      await harness.exec(other.id, ["ping", "-c", "1", "-W", "1", "224.0.0.1"])
      await harness.engine.containers.statsAll()
      await harness.logs(id)
      await harness.engine.containers.list()
      await harness.engine.containers.statPath(id, "/etc/motd")
      expect(await statusOf(id)).toBe("hibernated")
    })

    it("stop wakes it and gives it its grace; restart and remove work; KILL gives it up", async (context) => {
      needsHibernation(context)
      const { containers } = harness.engine
      const { id } = await harness.start(script("trap 'echo bye; exit 7' TERM; echo ready; while :; do sleep 1000 & wait $!; done"))
      await expect.poll(() => harness.output(id)).toContain("ready")
      await hibernateSoon(id)
      await containers.stop(id)
      expect((await inspect(id)).state).toMatchObject({ status: "exited", exitCode: 7 })
      await containers.start(id)
      await hibernateSoon(id)
      await containers.restart(id, { timeoutMs: 0 })
      expect(await statusOf(id)).toBe("running")
      await hibernateSoon(id)
      const cursor = await harness.newestCursor()
      await containers.kill(id)
      expect((await inspect(id)).state).toMatchObject({ status: "exited", exitCode: 137 })
      expect((await eventsOf(id, cursor)).map(({ action }) => action)).toEqual(["kill", "exit"])
      await containers.start(id)
      await hibernateSoon(id)
      await expectRefusal(containers.remove(id), "conflict")
      expect(await statusOf(id)).toBe("hibernated")
      await containers.remove(id, { force: true })
      await expectRefusal(inspect(id), "not_found")
    })

    it("one that is removed when it ends is, when it is killed while it hibernates; one that ends right after it woke has ended", async (context) => {
      needsHibernation(context)
      const { containers } = harness.engine
      const fleeting = await harness.start({ autoRemove: true })
      await hibernate(fleeting.id)
      await containers.kill(fleeting.id)
      await expect.poll(async () => (await containers.list()).map(({ id }) => id)).not.toContain(fleeting.id)
      // By its own clock it has a moment left when it falls asleep.
      const brief = await harness.start({ ...script("sleep 1; exit 3"), restartPolicy: { kind: "no" } })
      await hibernate(brief.id)
      await new Promise((resolve) => setTimeout(resolve, 1500))
      await wake(brief.id)
      expect(await containers.wait(brief.id)).toMatchObject({ exitCode: 3 })
    })

    it("a forced remove does not wait for what is being written to disk", async (context) => {
      needsHibernation(context)
      const { id } = await harness.start(holder)
      await expect.poll(() => harness.output(id), { timeout: 120_000 }).toMatch(/^\w{32} /)
      const falling = hibernate(id).catch((error: { code?: string }) => error.code)
      await new Promise((resolve) => setTimeout(resolve, 60))
      await harness.engine.containers.remove(id, { force: true })
      await falling
      await expectRefusal(inspect(id), "not_found")
    })

    it("a second one has no effect and the same answer; who wake it at once share one waking", async (context) => {
      needsHibernation(context)
      const { id } = await harness.start()
      const first = await hibernate(id)
      expect(await hibernate(id)).toEqual(first)
      const cursor = await harness.newestCursor()
      const woken = await Promise.all([wake(id), wake(id), wake(id)])
      expect(new Set(woken.map(({ wakeMs }) => wakeMs)).size).toBe(1)
      expect(await wake(id)).toEqual({ sleptMs: 0, wakeMs: 0 })
      expect((await eventsOf(id, cursor)).map(({ action }) => action)).toEqual(["wake"])
    })

    it("what cannot hibernate is refused with the reason, and runs on", async (context) => {
      needsHibernation(context)
      const created = await harness.create()
      await expectRefusal(hibernate(created.id), "conflict")
      await expectRefusal(hibernate("no-such-container"), "not_found")
      const withTerminal = await harness.start({ terminal: true })
      await expectRefusal(hibernate(withTerminal.id), "unsupported")
      const owner = await harness.start()
      const member = await harness.start({ network: { kind: "container", container: owner.id } })
      await expectRefusal(hibernate(member.id), "unsupported")
      await expectRefusal(hibernate(owner.id), "unsupported")
      const busy = await harness.start()
      const session = await harness.engine.containers.exec(busy.id, { command: ["sleep", "1"] })
      await expectRefusal(hibernate(busy.id), "conflict")
      await session.exited
      const stopped = await harness.start(script("sleep 1000 & kill -STOP $!; while :; do sleep 1; done"))
      await expect.poll(async () => (await harness.engine.containers.top(stopped.id)).length).toBeGreaterThan(2)
      await expectRefusal(hibernate(stopped.id), "conflict")
      const { id, address } = await startServer()
      const client = connect({ host: address, port: 80 })
      await new Promise((resolve) => client.once("connect", resolve))
      await expectRefusal(hibernate(id), "conflict")
      client.destroy()
      await hibernateSoon(id)
      for (const each of [withTerminal, owner, member, busy, stopped]) expect(await statusOf(each.id)).toBe("running")
    })

    it("who wants it while it falls asleep gets it awake", async (context) => {
      needsHibernation(context)
      const { id } = await harness.start(holder)
      await expect.poll(() => harness.output(id), { timeout: 120_000 }).toMatch(/^\w{32} /)
      for (let round = 0; round < 5; round++) {
        const falling = hibernate(id).then(
          () => "hibernates",
          (error: { code?: string }) => error.code,
        )
        await new Promise((resolve) => setTimeout(resolve, round * 60))
        expect(await harness.exec(id, ["echo", "awake"])).toMatchObject({ stdout: "awake\n" })
        expect(["aborted", "conflict", "hibernates"]).toContain(await falling)
        expect(await statusOf(id)).toBe("running")
      }
    })

    it("it is still there after the engine was away", async (context) => {
      needsHibernation(context)
      const { reopen } = harness.subject
      context.skip(reopen === undefined, "this engine cannot be opened again")
      const { id, address } = await startServer()
      await hibernateSoon(id)
      if (reopen !== undefined) harness.adopt(await reopen())
      expect(await statusOf(id)).toBe("hibernated")
      expect(await askMotd(address, 80)).toContain("hello from the image")
      expect(await statusOf(id)).toBe("running")
    })
  })
}
