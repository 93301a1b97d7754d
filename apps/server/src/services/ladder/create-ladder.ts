import type { ContainerEngine, EngineEvent, EngineInfo } from "@plimsoll/runtime"
import type { StallReason } from "../../contract/reasons.js"
import type { EngineAccess } from "../engine/engine-access.js"
import type { OwnEvent } from "../events/event-journal.js"
import type { EventLog } from "../events/event-log.js"
import { every } from "../every.js"
import { Incidents } from "../incidents/incidents.js"
import type { Sampler } from "../live/sampler.js"
import type { Settings } from "../settings/settings.js"
import type { TenantBook } from "../tenants/tenant-book.js"
import { within } from "../within.js"
import { assessContainers } from "./assess-containers.js"
import { ContainerWatch } from "./container-watch.js"
import { atRest, decideRung, isTaken, modeOf } from "./decide-rung.js"
import { defaultLadderSettings } from "./default-settings.js"
import { type HostReading, hasSwap } from "./host-reading.js"
import type { Ladder } from "./ladder.js"
import { LadderJournal } from "./ladder-journal.js"
import { readLadderSettings, writeLadderSettings } from "./ladder-settings.js"
import { shortageWords } from "./ladder-words.js"
import { Rungs } from "./rungs.js"
import { Stopped } from "./stopped.js"
import type { Subject } from "./subject.js"
import { Tightened } from "./tightened.js"
import { watchEngine } from "./watch-engine.js"

const SECOND_MS = 1000
/** Without a fresh reading for so long nothing is done: it would be done to what is no longer so. */
export const STALLED_MS = 10_000
const INFO_MS = 60_000
const LEAVE_MS = 10_000

export interface LadderDependencies {
  /** Of this machine's containers. */
  sampler: Pick<Sampler, "rows" | "samples" | "sampledAt" | "onFrame">
  engine: Pick<EngineAccess, "get" | "info" | "onOpened">
  readHost: () => Promise<HostReading>
  /** Writes to the console's own journal. */
  note: (event: OwnEvent) => Promise<void>
  listEvents: EventLog["list"]
  settings: Settings
  book: Pick<TenantBook, "get">
  now: () => number
  /** Clock for durations, which does not jump. */
  monotonic: () => number
  report: (error: unknown, doing: string) => void
}

export interface RunningLadder extends Ladder {
  /** Begins to look once a second. */
  start(): void
  /** One look: decides, and sets going what is to be done, unless the last is still under way. */
  tick(): Promise<void>
  /** Resolves when nothing is under way. */
  settled(): Promise<void>
  /** Puts back what was tightened. */
  close(): Promise<void>
}

export async function createLadder(deps: LadderDependencies): Promise<RunningLadder> {
  const { sampler, engine, monotonic, now, report } = deps
  let settings = await readLadderSettings(deps.settings)
  const journal = await LadderJournal.open({ ...deps, list: deps.listEvents })
  const tightened = await Tightened.open(deps.settings)
  const stopped = await Stopped.open(deps.settings)
  const rungs = new Rungs({ journal, tightened, stopped, now, monotonic, report })
  const incidents = new Incidents({ note: deps.note, now })
  const watch = new ContainerWatch(sampler, monotonic)
  const closing = new AbortController()

  let stand = atRest
  let standSince: number | null = null
  let actedAt = Number.NEGATIVE_INFINITY
  let isStalled = false
  /** When it last looked, and was through with it. */
  let tickedAt = monotonic()
  let info: { value: EngineInfo; at: number } | undefined
  /** One thing after the other; never rejects. */
  let acting: Promise<void> = Promise.resolve()
  let isActing = false
  let stopTicking: (() => void) | undefined

  function inTurn(doing: string, work: () => Promise<void>): Promise<void> {
    acting = acting.then(work).catch((error: unknown) => report(error, doing))
    return acting
  }

  function onEvent(event: EngineEvent): void {
    if (event.kind !== "container") return
    watch.happened(event)
    if (event.action === "wake") {
      const { sleptMs, cause = "", from } = event.attributes
      const labels = sampler.rows.get(event.id)?.labels ?? {}
      const which = from === "hibernation" ? "hibernate" : "nap"
      rungs[which].woke(event.id, labels, { sleptMs: Number(sleptMs ?? 0), cause, idleMs: settings[which].idleMs })
    }
    if (["start", "restart", "remove"].includes(event.action)) void inTurn("forget what was stopped", () => stopped.forget(event.id))
    if (event.action === "oom") void incidents.sawOom(event).catch((error: unknown) => report(error, "record an incident"))
  }

  const stopOpening = engine.onOpened((opened: ContainerEngine) => {
    info = undefined
    watch.begin()
    void watchEngine(opened, { signal: closing.signal, onEvent, onError: (error) => report(error, "watch events for the ladder") })
    void inTurn("put back what a ladder before this one had tightened", async () => {
      if (!tightened.isEmpty) await rungs.tighten.putBack(opened.containers, monotonic())
      if (stopped.all.length > 0) await stopped.keepStopped(await opened.containers.list())
    })
  })
  const stopFrames = sampler.onFrame(({ samples }) => {
    if (samples !== undefined && watch.sampled(settings.nap.idleCores)) rungs.keep(sampler.rows)
  })

  function isOpen(): boolean {
    try {
      engine.get()
      return true
    } catch {
      return false
    }
  }

  async function readFresh(at: number): Promise<HostReading | StallReason> {
    if (at - watch.freshAt > STALLED_MS) return { code: "not-measured", seconds: Math.round((at - watch.freshAt) / 1000) }
    try {
      return await within(STALLED_MS, deps.readHost())
    } catch (error) {
      if (!isStalled) report(error, "read the host for the ladder")
      return { code: "unreadable" }
    }
  }

  async function move(reading: HostReading, at: number): Promise<void> {
    const before = stand
    stand = decideRung(stand, { reading, settings, at })
    if (stand.rung === before.rung) return
    standSince = now()
    await rungs.tellMove(before, stand, settings)
  }

  async function engineInfo(at: number): Promise<EngineInfo> {
    if (info === undefined || at - info.at > INFO_MS) info = { value: await engine.info(), at }
    return info.value
  }

  async function act(reading: HostReading, subjects: readonly Subject[], at: number): Promise<void> {
    const { containers } = engine.get()
    await rungs.take(stand, {
      subjects,
      at,
      settings,
      shortage: stand.why,
      hasSwap: hasSwap(reading),
      containers,
      info: await engineInfo(at),
    })
  }

  async function tick(): Promise<void> {
    const stoodStillMs = monotonic() - tickedAt
    try {
      // Without an engine there is nothing to look after, and `host.info` says why.
      if (isOpen()) await look(stoodStillMs)
    } finally {
      tickedAt = monotonic()
    }
  }

  async function look(stoodStillMs: number): Promise<void> {
    const at = monotonic()
    if (stoodStillMs > STALLED_MS && !isStalled) {
      await journal.tellStalled({ code: "stood-still", seconds: Math.round(stoodStillMs / 1000) })
      isStalled = true
    }
    const reading = await readFresh(at)
    if ("code" in reading) {
      if (!isStalled) await journal.tellStalled(reading)
      isStalled = true
      return
    }
    isStalled = false
    const subjects = assessContainers({ rows: sampler.rows, samples: sampler.samples, book: deps.book, idle: watch.idle, settings, at })
    await move(reading, at)
    await incidents
      .observe({ reading, settings, subjects, samples: sampler.samples, at })
      .catch((error: unknown) => report(error, "record an incident"))
    // What was decided on once is not decided on again from the same figures.
    if (isActing || watch.freshAt <= actedAt) return
    isActing = true
    actedAt = watch.freshAt
    void inTurn("keep the machine afloat", () => act(reading, subjects, at)).then(() => (isActing = false))
  }

  const ladder: RunningLadder = {
    now: () => ({
      settings,
      defaults: defaultLadderSettings,
      rung: stand.rung,
      since: stand.rung === null ? null : standSince,
      why: stand.why === null ? null : shortageWords(stand.why),
      shortage: stand.why,
      napping: [...sampler.rows.values()].flatMap(({ id, name, tenant, nap }) =>
        nap === undefined ? [] : [{ id, name, tenant, since: nap.since, gaveBackBytes: Math.max(0, nap.beforeBytes - nap.afterBytes) }],
      ),
      hibernating: [...sampler.rows.values()].flatMap(({ id, name, tenant, hibernation }) =>
        hibernation === undefined
          ? []
          : [{ id, name, tenant, since: hibernation.since, gaveBackBytes: hibernation.beforeBytes, imageBytes: hibernation.imageBytes }],
      ),
      stopped: stopped.all,
      steps: journal.steps,
    }),

    async changeSettings(changed) {
      await writeLadderSettings(deps.settings, changed)
      settings = changed
      return ladder.now()
    },

    selling() {
      const isStopped = isTaken(stand, "stop-selling") && modeOf(settings, "stop-selling") === "act"
      const why = stand.why === null ? "it does not say why" : shortageWords(stand.why)
      return { stopped: isStopped, why: isStopped ? `this machine is short of memory: ${why}` : null }
    },

    start() {
      stopTicking = every(SECOND_MS, tick, (error) => report(error, "look after the machine"))
    },
    tick,
    settled: async () => {
      await acting
      await rungs.settled()
    },

    async close() {
      stopTicking?.()
      stopOpening()
      stopFrames()
      closing.abort()
      await within(
        LEAVE_MS,
        inTurn("leave the ladder", async () => {
          await rungs.settled()
          await rungs.reclaim.flush(monotonic(), { all: true })
          if (!tightened.isEmpty) await tightened.putBack(engine.get().containers)
        }),
      ).catch((error: unknown) => report(error, "leave the ladder in time"))
    },
  }
  return ladder
}
