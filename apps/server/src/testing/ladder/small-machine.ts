import { createHash } from "node:crypto"
import { existsSync, readFileSync } from "node:fs"
import { setTimeout as sleep } from "node:timers/promises"
import { type ContainerEngine, createEngine, ensureStarterImage, purgeEngine } from "@plimsoll/runtime"
import { makeTestSwap, patience, testCriu } from "@plimsoll/runtime/conformance"
import { expect, vi } from "vitest"
import type { ContainerInspect, EventPage, EventRecord, LadderNow, LadderSettings, OverprovisioningNow } from "../../contract/index.js"
import { type LadderRung, ladderRungs, type ResourceName } from "../../contract/overprovisioning.js"
import { defaultLadderSettings } from "../../services/ladder/default-settings.js"
import { someTerms } from "../tenancy.js"
import { localAuthorization, startTestServer } from "../test-server.js"
import { GroupMachine } from "./group-machine.js"
import { startSteadyClient } from "./steady-client.js"
import { serve } from "./workloads.js"

export const MiB = 2 ** 20
/** What the starter image's server says. */
export const PAGE = "busybox httpd"
/** While the ladder comes down its clock runs so much faster; whatever it does in a fault it does in real seconds. */
const DOWN_TIMES = 8

export type SmallMachine = Awaited<ReturnType<typeof startSmallMachine>>

/**
 * The server's services over the real engine, whose containers live on a machine of that size: a group with a limit, in which the kernel kills when
 * the ladder is too slow. There is a tenant `gold` to which 64 MiB are guaranteed. Rejects where no swap can be made. `ownReadings`: load line and ladder
 * read the limit of the group as in earnest; default: the ladder alone knows it, and which swap there is. `parent`: where all its files lie.
 */
export async function startSmallMachine(
  size: { memoryBytes: number; swapBytes: number },
  { ownReadings = false, parent = "/var/tmp" }: { ownReadings?: boolean; parent?: string } = {},
) {
  const swap = await makeTestSwap(Math.ceil(size.swapBytes / MiB) + 32)
  const clock = { shownMs: performance.now(), realMs: performance.now(), times: 1 }
  const monotonic = () => clock.shownMs + (performance.now() - clock.realMs) * clock.times
  const turn = (times: number) => Object.assign(clock, { shownMs: monotonic(), realMs: performance.now(), times })
  const wall = { aheadMs: 0 }
  const now = () => Date.now() + wall.aheadMs
  /** What the sampler waits for. */
  let held: Promise<void> = Promise.resolve()
  let engine: ContainerEngine | undefined
  let machine: GroupMachine | undefined
  const server = await startTestServer({
    parent,
    ownReadings,
    now,
    openEngine: async ({ dataDirectory, runDirectory }) => {
      const root = `${dataDirectory}/engine`
      engine = await createEngine({
        root,
        runDirectory: `${runDirectory}/engine`,
        ...testCriu(),
        clock: { now, monotonic: () => performance.now(), sleep: (ms, signal) => sleep(ms, undefined, { ...(signal && { signal }) }) },
      })
      const { statsAll } = engine.containers
      engine.containers.statsAll = () => held.then(statsAll)
      machine = new GroupMachine(engineGroup(root))
      machine.resize(size)
      return engine
    },
    makeStarterImage: (opened) => ensureStarterImage(opened.images),
    ...(!ownReadings && { readHost: () => running(machine).read() }),
    monotonic,
  })
  // Another after each start.
  const headers = () => localAuthorization(server)
  const query = <T>(path: string, input?: unknown) => server.query(path, input, headers()).then((answer) => resultOf<T>(answer.json()))
  const mutate = <T>(path: string, input: unknown) => server.mutate(path, input, headers()).then((answer) => resultOf<T>(answer.json()))
  const containers = () => running(engine).containers
  await vi.waitFor(async () => expect(await query("images.list")).toHaveLength(1), { timeout: patience(30_000), interval: 100 })
  const plan = await mutate<{ id: string }>("plans.create", { name: "Gold", terms: goldTerms })
  await mutate("tenants.create", { tenant: "gold", title: "", plan: plan.id, overrule: "the ladder is tried, not the load line" })

  async function run(name: string, command: string[], spec: object = {}): Promise<ContainerInspect> {
    const { id } = await mutate<ContainerInspect>("containers.create", { name, image: "plimsoll/starter", command, ...spec })
    await mutate("containers.start", { id })
    return query<ContainerInspect>("containers.inspect", { id })
  }

  async function events(after = 0): Promise<EventRecord[]> {
    const records: EventRecord[] = []
    for (let next: number | null = after; next !== null; ) {
      const page: EventPage = await query("events.list", { after: next, limit: 200 })
      records.push(...page.items)
      next = page.nextCursor
    }
    return records
  }

  let settings = defaultLadderSettings
  /** Where the ladder stands, after such a change of its settings. */
  const ladder = (changed: Partial<LadderSettings> = {}) => {
    settings = { ...settings, ...changed }
    return mutate<LadderNow>("overprovisioning.changeLadder", settings)
  }

  const overprovisioning = () => query<OverprovisioningNow>("overprovisioning.now")
  return {
    server,
    query,
    mutate,
    containers,
    events,
    overprovisioning,
    async lineOf(resource: ResourceName) {
      const found = (await overprovisioning()).resources.find((line) => line.resource === resource)
      if (found === undefined) throw new Error(`there is no line of ${resource}`)
      return found
    },
    /** What the load line says to that. */
    async refusal(path: string, input: unknown): Promise<{ code: string; publicMessage: string; facts: Record<string, unknown> }> {
      const body = (await server.mutate(path, input, headers())).json() as { error?: { data: { engine: never } } }
      if (body.error === undefined) throw new Error(`${path} was not refused`)
      return body.error.data.engine
    },
    now,
    /** The server's and the engine's clock jumps; what measures durations does not. */
    jump(ms: number) {
      wall.aheadMs += ms
    },
    ladder,
    run,
    /** Whether the kernel knows memory.high. */
    hasSoftLimits: existsSync("/sys/fs/cgroup/cgroup.controllers"),
    reading: () => running(machine).read(),
    resize: (changed: typeof size) => running(machine).resize(changed),
    /** Runs what is guaranteed, with a client that asks it all the time. */
    async startGold() {
      const gold = await run("golden", serve(16), { tenant: "gold" })
      const address = gold.networks[0]?.address ?? ""
      await holds(gold.id, 16)
      return { gold, client: startSteadyClient(address, PAGE) }
    },
    holds,
    /** From now on no container is measured, until what it returns is called. */
    stallSampler(): () => void {
      let release = (): void => undefined
      held = new Promise((resolve) => {
        release = resolve
      })
      return release
    },
    /** The ladder's clock runs faster meanwhile. */
    async hurried(work: () => Promise<void>): Promise<void> {
      turn(DOWN_TIMES)
      try {
        await work()
      } finally {
        turn(1)
      }
    },
    /** Waits until the ladder stands below `rung`, with its clock turning faster. */
    async comesDown(rung: LadderRung) {
      turn(DOWN_TIMES)
      try {
        const isDown = async () => {
          const { rung: stand } = await ladder()
          expect(stand === null ? -1 : ladderRungs.indexOf(stand)).toBeLessThan(ladderRungs.indexOf(rung))
        }
        await vi.waitFor(isDown, { timeout: patience(40_000), interval: 200 })
      } finally {
        turn(1)
      }
    },
    log: async (id: string) =>
      (await server.request(`/api/containers/${id}/logs?timestamps=false`, { headers: headers() })).body.toString("utf8"),
    /** Removes every container and lets the ladder stand at rest. */
    async clear() {
      for (const { id } of await containers().list()) await mutate("containers.remove", { id, force: true })
      await ladder({ mode: "off" })
      await vi.waitFor(async () => expect((await ladder()).rung).toBe(null), { timeout: 10_000, interval: 200 })
      await ladder(defaultLadderSettings)
      running(machine).resize(size)
    },
    async stop() {
      await server.stop()
      await purgeEngine({ root: `${server.dataDirectory}/engine`, runDirectory: `${server.runDirectory}/engine` })
      await server.remove()
      swap.remove()
    },
  }

  async function holds(id: string, mebibytes: number): Promise<void> {
    const enough = async () => expect((await containers().stats(id)).memory.usedBytes).toBeGreaterThan(mebibytes * MiB)
    await vi.waitFor(enough, { timeout: patience(30_000), interval: 100 })
  }
}

/** Sends USR1 to the first process of each, once it can hear it. */
export async function tell(told: readonly ContainerInspect[]): Promise<void> {
  const pids = told.map(({ state }) => ("pid" in state ? state.pid : 0))
  const hears = (pid: number) => existsSync(`/proc/${pid}`) && readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim() !== ""
  await vi.waitFor(() => expect(pids.every(hears)).toBe(true), { timeout: patience(10_000), interval: 50 })
  for (const pid of pids) process.kill(pid, "SIGUSR1")
}

/** Of a plan that guarantees 64 MiB. */
export const goldTerms = { ...someTerms, memoryGuaranteedBytes: 64 * MiB, memoryMaxBytes: 128 * MiB, cpuGuaranteedCores: 0.1 }

/** The engine's top group: its name and the tag of its root. */
function engineGroup(root: string): string {
  return `plimsoll-${createHash("sha256").update(root).digest("hex").slice(0, 6)}`
}

function resultOf<T>(body: unknown): T {
  const { result, error } = body as { result?: { data?: T }; error?: unknown }
  if (result === undefined) throw new Error(JSON.stringify(error))
  return result.data as T
}

function running<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("the machine does not run")
  return value
}
