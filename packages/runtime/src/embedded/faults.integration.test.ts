import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from "node:fs"
import { mkdtemp } from "node:fs/promises"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest"
import type { ContainerRecord } from "../containers/container-record.js"
import type { ContainerEngine, ContainerInspect, EngineEvent } from "../engine.js"
import { isEngineError } from "../errors.js"
import { ensureStarterImage, starterReference } from "../images/starter-image.js"
import { mount, unmount } from "../kernel/mount.js"
import { readMounts } from "../kernel/mount-table.js"
import { readProcessStat } from "../kernel/process-stat.js"
import type { ContainerSpec } from "../spec/container-spec.js"
import { instanceName } from "../spec/instance-name.js"
import { createEngine } from "./create-engine.js"
import { purgeEngine } from "./purge-engine.js"

const idle = ["sh", "-c", "trap 'exit 0' TERM; while :; do sleep 1000 & wait $!; done"]

let root: string
let runDirectory: string
let engine: ContainerEngine

beforeAll(async () => {
  root = await mkdtemp("/var/tmp/plimsoll-test-")
  runDirectory = join(root, "run")
  engine = await createEngine({ root, runDirectory })
  await ensureStarterImage(engine.images)
})
afterEach(async () => {
  for (const { id } of await engine.containers.list()) await engine.containers.remove(id, { force: true, removeVolumes: true })
})
afterAll(async () => {
  await engine.close()
  await purgeEngine({ root, runDirectory })
})

const create = (spec: Partial<ContainerSpec> = {}): Promise<ContainerInspect> =>
  engine.containers.create({ image: starterReference, command: idle, network: { kind: "none" }, ...spec })
const start = async (spec: Partial<ContainerSpec> = {}): Promise<ContainerInspect> => {
  const { id } = await create(spec)
  await engine.containers.start(id)
  return engine.containers.inspect(id)
}
const outputOf = async (script: string, spec: Partial<ContainerSpec> = {}): Promise<string> => {
  const { id } = await start({ command: ["sh", "-c", script], ...spec })
  await engine.containers.wait(id)
  const lines: string[] = []
  for await (const line of engine.containers.logs(id)) lines.push(line.data.toString())
  return lines.join("\n")
}
const documentOf = (id: string): ContainerRecord => JSON.parse(readFileSync(join(root, "containers", id, "container.json"), "utf8"))
const runOf = ({ id }: { id: string }) => {
  const { state } = documentOf(id)
  if (state.status !== "running") throw new Error(`not running but ${state.status}`)
  return state.run
}
const statusOf = async (id: string): Promise<string> => (await engine.containers.inspect(id)).state.status

describe("kill -9 of a conmon", () => {
  it("leaves its container running and usable, and every other one as it is; the end is noticed within five seconds", async () => {
    const [struck, other] = [await start(), await start()]
    process.kill(runOf(struck).conmonPid, "SIGKILL")
    await expect.poll(() => readProcessStat(runOf(struck).pid)?.parentPid).not.toBe(runOf(struck).conmonPid)
    expect((await engine.containers.inspect(struck.id)).state).toEqual(struck.state)
    const session = await engine.containers.exec(struck.id, { command: ["true"] })
    session.stdout.resume()
    session.stderr?.resume()
    expect(await session.exited).toEqual({ exitCode: 0 })
    process.kill(runOf(struck).pid, "SIGKILL")
    await expect.poll(() => statusOf(struck.id), { timeout: 5000 }).toBe("exited")
    expect((await engine.containers.inspect(other.id)).state).toEqual(other.state)
  })
})

describe("many at once", () => {
  it("a hundred creates of one name: one is made, ninety-nine are told that the name is taken, nothing of them is left", async () => {
    const outcomes = await Promise.allSettled(Array.from({ length: 100 }, () => create({ name: "the-one" })))
    expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1)
    const refused = outcomes.flatMap((outcome) =>
      outcome.status === "rejected" && isEngineError(outcome.reason) ? [outcome.reason.code] : [],
    )
    expect(refused).toEqual(Array.from({ length: 99 }, () => "name_in_use"))
    const [made] = await engine.containers.list()
    expect(readdirSync(join(root, "containers"))).toEqual([made?.id])
    expect(readdirSync(join(root, "snapshots"))).toEqual([made?.id])
  })

  it("start, stop, kill, restart, pause, update, commit, exec and remove of one container at once end, and only with reasons", async () => {
    const { id } = await start()
    const { containers } = engine
    const operations: (() => Promise<unknown>)[] = [
      () => containers.start(id),
      () => containers.stop(id, { timeoutMs: 0 }),
      () => containers.kill(id),
      () => containers.restart(id, { timeoutMs: 0 }),
      () => containers.pause(id),
      () => containers.resume(id),
      () => containers.update(id, { limits: { pidsMax: 77 } }),
      () => containers.commit(id),
      () => containers.inspect(id),
      async () => {
        const { exited, stdout, stderr } = await containers.exec(id, { command: ["true"] })
        stdout.resume()
        stderr?.resume()
        await exited
      },
    ]
    const codes: string[] = []
    const told = (work: Promise<unknown>): Promise<unknown> =>
      work.catch((error: unknown) => codes.push(isEngineError(error) ? error.code : String(error)))
    await Promise.all(Array.from({ length: 4 }, () => operations.map((operation) => told(operation()))).flat())
    await Promise.all([told(containers.remove(id, { force: true })), ...operations.map((operation) => told(operation()))])
    expect(codes.filter((code) => !["conflict", "not_found"].includes(code))).toEqual([])
    expect(await containers.list()).toEqual([])
  })

  it("what meets a container's end is told so, never as a failure of the OCI runtime", async () => {
    const codes: string[] = []
    const pester = async (id: string): Promise<void> => {
      for (let over = false; !over; ) {
        try {
          const { exited, stdout, stderr } = await engine.containers.exec(id, { command: ["true"] })
          stdout.resume()
          stderr?.resume()
          await exited
          await engine.containers.namespaces(id)
        } catch (error) {
          over = true
          codes.push(isEngineError(error) ? error.code : String(error))
        }
      }
    }
    await Promise.all(
      Array.from({ length: 12 }, async (_, index) => {
        const { id } = await start({ command: ["usleep", String(100_000 + index * 20_000)] })
        await Promise.all([pester(id), pester(id)])
      }),
    )
    expect(codes).toEqual(Array.from({ length: 24 }, () => "conflict"))
  })
})

describe("forty lives", () => {
  const lives = 40
  it("are told exactly once and in order, also to readers that are slow, come late or come back", async () => {
    const cursor = (await everyEvent(0)).at(-1)?.cursor ?? 0
    const ending = new AbortController()
    const readers = Array.from({ length: 10 }, async (_, pace) => {
      const seen: EngineEvent[] = []
      for await (const event of engine.events({ after: cursor, follow: true, signal: ending.signal })) {
        seen.push(event)
        if (seen.length % 50 === 0) await sleep(pace)
      }
      return seen
    })
    const ids = new Set<string>()
    await Promise.all(
      Array.from({ length: 4 }, async () => {
        for (let life = 0; life < lives / 4; life++) {
          const { id } = await start({ command: ["true"] })
          ids.add(id)
          await engine.containers.wait(id)
          await engine.containers.remove(id, { force: true })
        }
      }),
    )
    const all = await everyEvent(cursor)
    const newest = all.at(-1)?.cursor ?? 0
    await expect.poll(async () => (await everyEvent(newest - 1)).length).toBe(1)
    for (const id of ids)
      expect(all.filter((event) => event.id === id).map(({ action }) => action)).toEqual(["create", "start", "exit", "remove"])
    expect(all.map((event) => event.cursor)).toEqual([...new Set(all.map((event) => event.cursor))].sort((a, b) => a - b))
    expect(await everyEvent(all[99]?.cursor ?? 0)).toEqual(all.slice(100))
    ending.abort()
    for (const seen of await Promise.all(readers)) expect(seen).toEqual(all)
  })

  it("leave nothing behind, neither on the host nor open in the engine", async () => {
    const round = async (): Promise<void> => {
      await Promise.all(
        Array.from({ length: 10 }, async () => {
          const { id } = await start({ command: ["true"], autoRemove: true, network: { kind: "network", network: "bridge" } })
          await engine.containers.wait(id, { condition: "removed" })
        }),
      )
    }
    // What is made once (bridge, id-mapped stores, thread pool) is made by now.
    await round()
    const before = footprint()
    for (let count = 0; count < 4; count++) await round()
    // What another test left to be collected may go meanwhile: fewer is no leak.
    const more = () => Object.entries(footprint()).filter(([name, count]) => count > (before[name] ?? 0))
    await expect.poll(more, { timeout: 10_000 }).toEqual([])
  })
})

describe("what a container asks for", () => {
  it("a read-only bind is read-only with all that is mounted below it on the host", async () => {
    const source = join(root, "bound")
    mkdirSync(join(source, "below"), { recursive: true })
    mount({ source: "tmpfs", target: join(source, "below"), type: "tmpfs", data: "mode=777" })
    try {
      const script = "for f in /host/x /host/below/x; do (echo x > $f) 2>/dev/null && echo wrote $f; done; echo end"
      const mounts: ContainerSpec["mounts"] = [{ kind: "bind", source, target: "/host", readOnly: true }]
      for (const ociRuntime of ["crun", "runc"]) expect(await outputOf(script, { mounts, ociRuntime, privileged: true })).toBe("end")
      expect(readdirSync(join(source, "below"))).toEqual([])
    } finally {
      unmount(join(source, "below"))
    }
  })

  it("a directory that is a link into the descriptors of whoever sets it up is none", async () => {
    const { id } = await create()
    const upper = join(root, "snapshots", id, "upper")
    for (let fd = 3; fd < 20; fd++) symlinkSync(`/proc/self/fd/${fd}`, join(upper, `way-out-${fd}`))
    await engine.containers.start(id)
    const listing = async (fd: number): Promise<string> => {
      const command = ["ls", "../../../../../../.."]
      const { stdout, stderr, exited } = await engine.containers.exec(id, { command, workingDirectory: `/way-out-${fd}` })
      stderr?.resume()
      const chunks: Buffer[] = []
      for await (const chunk of stdout) chunks.push(Buffer.from(chunk))
      await exited
      return Buffer.concat(chunks).toString()
    }
    const seen = await Promise.allSettled(Array.from({ length: 17 }, (_, index) => listing(index + 3)))
    const listings = seen.flatMap((outcome) => (outcome.status === "fulfilled" ? [outcome.value] : []))
    expect(listings.filter((names) => /\b(boot|media|srv)\b/.test(names))).toEqual([])
  })

  it.each(["constructor", "operator", "a-b"])("a tenant named %s has ids and addresses like any other", async (tenant) => {
    const { id } = await start({ tenant, network: { kind: "network", network: "bridge" } })
    const { userNamespace, networks } = await engine.containers.inspect(id)
    expect(userNamespace).toMatchObject({ kind: "private", uidBase: expect.any(Number), size: 65_536 })
    expect(networks[0]?.macAddress).toMatch(/^02(:[0-9a-f]{2}){5}$/)
    const [line] = (await engine.containers.namespaces(id)).uidMap
    expect(line?.outsideId).toBeGreaterThanOrEqual(1_000_000)
  })
})

/** All that a container could leave on the host or in this process, as counts. */
function footprint(): Record<string, number> {
  const descriptors = readdirSync("/proc/self/fd").length
  const groups = readMounts()
    .filter(({ type }) => type === "cgroup" || type === "cgroup2")
    .flatMap(({ target }) => entries(join(target, instanceName(root), "operator")))
  return {
    descriptors,
    mounts: readMounts().filter(({ target }) => target.startsWith(root)).length,
    groups: groups.filter((name) => /^[0-9a-f]{64}$/.test(name)).length,
    bundles: entries(join(runDirectory, "bundles")).length,
    runtimeState: entries(join(runDirectory, "oci/crun")).length,
    exits: entries(join(runDirectory, "exits")).length,
    documents: entries(join(root, "containers")).length,
    snapshots: entries(join(root, "snapshots")).length,
    children: Number(readFileSync(`/proc/self/task/${process.pid}/children`, "utf8").trim().split(/\s+/).filter(Boolean).length),
  }
}

function entries(directory: string): string[] {
  return existsSync(directory) ? readdirSync(directory) : []
}

async function everyEvent(after: number): Promise<EngineEvent[]> {
  const events: EngineEvent[] = []
  for await (const event of engine.events({ after })) events.push(event)
  return events
}
