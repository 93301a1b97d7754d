import { readdirSync, readFileSync, statSync } from "node:fs"
import { connect } from "node:net"
import { dirname, join } from "node:path"
import { setTimeout as pause } from "node:timers/promises"
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, vi } from "vitest"
import type { ContainerInspect } from "../../contract/index.js"
import { attempt } from "./attempt.js"
import { type IsolationGround, openIsolationGround, terms } from "./isolation-ground.js"

const MEBIBYTE = 2 ** 20
const patience = { timeout: 20_000, interval: 50 }
const serve = ["sh", "-c", "mkdir -p /www && echo alices > /www/index.html && exec httpd -f -p 80 -h /www"]

let ground: IsolationGround
/** Alice's web server, which is to answer all the while. */
let alice: ContainerInspect

beforeAll(async () => {
  ground = await openIsolationGround()
}, 120_000)
beforeEach(async () => {
  alice = await ground.start("alice", { command: serve })
  await vi.waitFor(() => answerMs(alice), patience)
})
afterEach(() => ground.clear())
afterAll(() => ground.close())

const run = (command: string, spec: object = {}) => ground.start("mallory", { command: ["sh", "-c", command], ...spec })
const inspect = (id: string) => ground.query<ContainerInspect>("containers.inspect", { id })

/** How long the web server takes to answer, milliseconds. */
function answerMs({ networks }: ContainerInspect): Promise<number> {
  const began = performance.now()
  return new Promise((resolve, reject) => {
    const socket = connect({ host: networks[0]?.address ?? "", port: 80, timeout: 10_000 })
    socket.on("error", reject).on("timeout", () => socket.destroy(new Error("no answer")))
    socket.on("data", () => resolve(performance.now() - began)).on("end", () => socket.destroy())
    socket.end("GET / HTTP/1.0\r\n\r\n")
  })
}

/** The median of thirty answers. */
async function usualMs(): Promise<number> {
  const times: number[] = []
  for (let again = 0; again < 30; again++) times.push(await answerMs(alice))
  return times.sort((a, b) => a - b)[15] ?? Number.NaN
}

/** Alice feels nothing while it goes on: her answers take as long as before, within what a busy machine makes of milliseconds. */
async function unharmed(work: () => Promise<unknown>): Promise<void> {
  const before = await usualMs()
  await work()
  const meanwhile = await usualMs()
  expect(meanwhile, `${before} ms before`).toBeLessThan(10 * before + 50)
  expect((await inspect(alice.id)).state.status).toBe("running")
}

async function refusedForks(id: string): Promise<number> {
  const groups = (await ground.engine.containers.cgroupTree(id)).filter(({ role }) => role === "container" || role === "inner")
  return groups.reduce((sum, { files }) => sum + Number(/^max (\d+)/m.exec(files["pids.events"] ?? "")?.[1] ?? 0), 0)
}

describe("from inside a tenant's container", () => {
  attempt("fork-bomb", async () => {
    await unharmed(async () => {
      const { id } = await run("b() { b | b & }; b & exec sleep 1000", { limits: { pidsMax: 60 } })
      // A shell that cannot fork ends, so that a bomb may be over between two looks: the kernel counts what it refused.
      await vi.waitFor(async () => {
        expect((await ground.engine.containers.stats(id)).pids.current).toBeLessThanOrEqual(60)
        expect(await refusedForks(id)).toBeGreaterThan(0)
      }, patience)
    })
  })

  attempt("fork-bombs-of-a-tenant", async () => {
    await unharmed(async () => {
      const bomb = "sleep 2; (while :; do sleep 1000 & done) & exec sleep 1000"
      const ids = [(await run(bomb)).id, (await run(bomb)).id]
      const sum = async () => {
        const all = await Promise.all(ids.map((id) => ground.engine.containers.stats(id)))
        return all.reduce((total, { pids }) => total + pids.current, 0)
      }
      await vi.waitFor(async () => expect(await sum()).toBeGreaterThan(terms.pidsMax * 0.8), patience)
      expect(await sum()).toBeLessThanOrEqual(terms.pidsMax)
    })
  })

  attempt("memory", async () => {
    await unharmed(async () => {
      const { id } = await run("tail /dev/zero", { restartPolicy: { kind: "always" } })
      await vi.waitFor(async () => expect((await inspect(id)).restartCount).toBeGreaterThan(0), patience)
    })
  })

  attempt("memory-of-a-tenant", async () => {
    await unharmed(async () => {
      // Each may have more than half of the plan's; together they may not.
      const limits = { memoryMaxBytes: 160 * MEBIBYTE }
      const hold = "head -c 140000000 /dev/zero > /dev/shm/held; echo held; sleep 1000"
      const ids = [
        (await run(hold, { limits, shmSizeBytes: 200 * MEBIBYTE })).id,
        (await run(hold, { limits, shmSizeBytes: 200 * MEBIBYTE })).id,
      ]
      await vi.waitFor(
        async () =>
          expect((await Promise.all(ids.map(inspect))).some(({ state }) => state.status === "exited" && state.oomKilled)).toBe(true),
        patience,
      )
    })
  })

  attempt("memory-files", async () => {
    const { id } = await run("sleep 1000", {
      limits: { memoryMaxBytes: 64 * MEBIBYTE },
      shmSizeBytes: 512 * MEBIBYTE,
      mounts: [{ kind: "tmpfs", target: "/scratch" }],
    })
    await unharmed(async () => {
      for (const place of ["/dev/shm", "/scratch", "/dev"])
        await ground
          .sh(id, `head -c 300000000 /dev/zero > ${place}/fill; ls -l ${place}/fill; rm -f ${place}/fill`)
          .catch((error: unknown) => error)
      const { state } = await inspect(id)
      if (state.status === "running")
        expect((await ground.engine.containers.stats(id)).memory.chargedBytes).toBeLessThanOrEqual(64 * MEBIBYTE)
      else expect(state).toMatchObject({ oomKilled: true })
    })
  })

  attempt("processor", async () => {
    const { id } = await run("for i in 1 2 3 4; do while :; do :; done & done; wait")
    await unharmed(async () => {
      const used = async () => (await ground.engine.containers.stats(id)).cpu.usageMicros
      const [before, began] = [await used(), performance.now()]
      await pause(1500)
      expect((await used()) - before).toBeLessThan((performance.now() - began) * 1000 * terms.cpuMaxCores * 1.15)
    })
  })

  attempt("log-flood", async () => {
    const log = { maxBytes: 4 * MEBIBYTE, maxFiles: 3 }
    const { id, logPath, state } = await run("yes", { log })
    const residentBefore = process.memoryUsage().rss
    const talker = await ground.start("alice", { command: ["sh", "-c", "i=0; while :; do echo line $i; i=$((i+1)); sleep 0.1; done"] })
    const sizes: number[] = []
    const [writtenBefore, began] = [writtenByConmon(state), performance.now()]
    const sampler = setInterval(() => sizes.push(directoryBytes(dirname(logPath))), 50)
    try {
      await unharmed(async () => {
        const lines: string[] = []
        const ended = AbortSignal.timeout(3000)
        for await (const { data } of ground.engine.containers.logs(talker.id, { follow: true, signal: ended })) lines.push(data.toString())
        // Hers come as they are written, each once and in order.
        expect(lines.length).toBeGreaterThan(10)
        expect(lines).toEqual(lines.map((_, index) => `line ${index}`))
      })
    } finally {
      clearInterval(sampler)
    }
    const bytesPerSecond = ((writtenByConmon(state) - writtenBefore) / (performance.now() - began)) * 1000
    expect(bytesPerSecond / LINE_BYTES).toBeGreaterThan(100_000)
    sizes.sort((a, b) => a - b)
    expect(sizes[Math.floor(sizes.length / 2)]).toBeLessThan(2 * log.maxBytes * log.maxFiles)
    expect(sizes.at(-1), `at ${bytesPerSecond} bytes/s`).toBeLessThan(log.maxBytes * log.maxFiles + bytesPerSecond)
    expect(process.memoryUsage().rss - residentBefore).toBeLessThan(150 * MEBIBYTE)
    expect((await inspect(id)).state.status).toBe("running")
    console.info(
      `${Math.round(bytesPerSecond / LINE_BYTES)} lines a second; the log took ${sizes[Math.floor(sizes.length / 2)]} bytes in the median, ${sizes.at(-1)} at most`,
    )
  })
})

/** Of `y` with its time and stream, as conmon writes it. */
const LINE_BYTES = 46

/** Bytes that the parent of the container's first process has written. */
function writtenByConmon(state: ContainerInspect["state"]): number {
  if (state.status !== "running") throw new Error("it does not run")
  const parent = /^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${state.pid}/status`, "utf8"))?.[1]
  return Number(/^wchar: (\d+)/m.exec(readFileSync(`/proc/${parent}/io`, "utf8"))?.[1])
}

function directoryBytes(directory: string): number {
  // A rotation may take a file away in between.
  return readdirSync(directory).reduce((sum, name) => sum + (statSync(join(directory, name), { throwIfNoEntry: false })?.size ?? 0), 0)
}
