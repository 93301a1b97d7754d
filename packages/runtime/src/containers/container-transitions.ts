import type {
  ContainerHibernation,
  ContainerNap,
  EngineEventAction,
  ExitStatus,
  HealthProbeResult,
  HealthStatus,
  WakeCause,
} from "../engine.js"
import { type ContainerRecord, type RunFacts, runOf, type StoredExec } from "./container-record.js"
import { decideRestart } from "./restart-policy.js"

/** An event less what its container's document supplies. */
export interface EventDraft {
  action: EngineEventAction
  attributes?: Record<string, string>
}

/** A new picture of the container and the events that tell of the difference: they are committed as one. */
export interface Transition {
  record: ContainerRecord
  events: EventDraft[]
}

/** Ended execs that a document still remembers. */
const ENDED_EXECS_KEPT = 16

/** The process runs. A start by the user (not by the restart policy) begins to count restarts anew. */
export function began(record: ContainerRecord, run: RunFacts, byPolicy: boolean): Transition {
  return {
    record: {
      ...record,
      state: { status: "running", run },
      restartCount: byPolicy ? record.restartCount + 1 : 0,
      restartStreak: byPolicy ? record.restartStreak : 0,
      // A start makes the cgroup anew, with the document's.
      limitsInDoubt: false,
      execs: {},
      health: { status: record.resolved.healthCheck === null ? "none" : "starting", log: [] },
    },
    events: [{ action: "start", attributes: byPolicy ? { byPolicy: "true" } : {} }],
  }
}

/** The run ended: exited, or restarting by the policy. Undefined when this run is over already. */
export function ended(
  record: ContainerRecord,
  options: { run: RunFacts; exit: ExitStatus; oomKills: number; now: number; stopped: boolean },
): Transition | undefined {
  const run = runOf(record)
  if (run === undefined || !isSameRun(run, options.run)) return undefined
  const { exit } = options
  const decision = decideRestart({
    policy: record.resolved.restartPolicy,
    exitCode: exit.exitCode,
    stopRequested: run.stopRequested,
    restartCount: record.restartCount,
    streak: record.restartStreak,
    lifeMs: exit.finishedAt - run.startedAt,
  })
  const events: EventDraft[] = []
  if (options.oomKills > run.oomKills) events.push({ action: "oom", attributes: { kills: String(options.oomKills - run.oomKills) } })
  for (const [execId, exec] of Object.entries(record.execs)) {
    if (exec.exitCode === undefined) events.push({ action: "exec-exit", attributes: { execId, exitCode: String(exit.exitCode) } })
  }
  events.push({ action: "exit", attributes: { exitCode: String(exit.exitCode), ...(exit.oomKilled ? { oomKilled: "true" } : {}) } })
  if (options.stopped) events.push({ action: "stop" })
  return {
    record: {
      ...record,
      execs: Object.fromEntries(Object.entries(record.execs).map(([id, exec]) => [id, { exitCode: exit.exitCode, ...exec }])),
      health: { ...record.health, status: "none" },
      restartStreak: decision.kind === "restart" ? decision.streak : 0,
      state:
        decision.kind === "restart"
          ? { status: "restarting", restartAt: options.now + decision.delayMs, startedAt: run.startedAt, ...exit }
          : { status: "exited", startedAt: run.startedAt, stoppedByUser: run.stopRequested, ...exit },
    },
    events,
  }
}

/** A start that failed: the container stays where it was, or, when the policy was restarting it, ends with the reason. */
export function startFailed(
  record: ContainerRecord,
  options: { exitCode: number; error: string; now: number; byPolicy: boolean },
): Transition | undefined {
  const { state } = record
  if (state.status === "running" || state.status === "paused" || state.status === "hibernated" || state.status === "dead") return undefined
  const exit: ExitStatus = { exitCode: options.exitCode, oomKilled: false, finishedAt: options.now }
  const startedAt = state.status === "created" ? undefined : state.startedAt
  const decision = options.byPolicy
    ? decideRestart({
        policy: record.resolved.restartPolicy,
        exitCode: exit.exitCode,
        stopRequested: false,
        restartCount: record.restartCount + 1,
        streak: record.restartStreak,
        lifeMs: 0,
      })
    : { kind: "stay" as const }
  if (decision.kind === "restart") {
    return {
      record: {
        ...record,
        restartCount: record.restartCount + 1,
        restartStreak: decision.streak,
        state: { status: "restarting", restartAt: options.now + decision.delayMs, startedAt: startedAt ?? options.now, ...exit },
      },
      events: [],
    }
  }
  return {
    record: {
      ...record,
      state: { status: "exited", ...(startedAt === undefined ? {} : { startedAt }), error: options.error, stoppedByUser: false, ...exit },
    },
    events: [{ action: "exit", attributes: { exitCode: String(exit.exitCode), error: options.error } }],
  }
}

/** Stop or kill was asked for; written before the signal, so that the exit is known as wished for even after a crash. */
export function stopRequested(record: ContainerRecord): Transition | undefined {
  return changeRun(record, { stopRequested: true }, [])
}

/** A signal is sent; a deadly one is the user's wish that the run end. */
export function signalled(record: ContainerRecord, options: { signal: string; deadly: boolean }): Transition | undefined {
  return changeRun(record, options.deadly ? { stopRequested: true } : {}, [{ action: "kill", attributes: { signal: options.signal } }])
}

export function oomKilled(record: ContainerRecord, kills: number): Transition | undefined {
  const run = runOf(record)
  if (run === undefined || kills <= run.oomKills) return undefined
  return changeRun(record, { oomKills: kills }, [{ action: "oom", attributes: { kills: String(kills - run.oomKills) } }])
}

/** By hand; a nap becomes one that nothing but `resume` ends. */
export function paused(record: ContainerRecord, now: number): Transition | undefined {
  if (record.state.status === "paused" && record.state.nap !== undefined) {
    const { nap: _over, ...state } = record.state
    return { record: { ...record, state }, events: [{ action: "pause" }] }
  }
  if (record.state.status !== "running") return undefined
  return { record: { ...record, state: { status: "paused", run: record.state.run, pausedAt: now } }, events: [{ action: "pause" }] }
}

export function resumed(record: ContainerRecord): Transition | undefined {
  if (record.state.status !== "paused") return undefined
  return { record: { ...record, state: { status: "running", run: record.state.run } }, events: [{ action: "resume" }] }
}

/** It is frozen and its memory is pushed out. */
export function napped(record: ContainerRecord, { nap, tookMs }: { nap: ContainerNap; tookMs: number }): Transition | undefined {
  if (record.state.status !== "running") return undefined
  const { beforeBytes, afterBytes } = nap
  return {
    record: { ...record, state: { status: "paused", run: record.state.run, pausedAt: nap.since, nap } },
    events: [{ action: "nap", attributes: asTexts({ beforeBytes, afterBytes, tookMs }) }],
  }
}

/** It runs again. One that was paused by hand meanwhile stays so. */
export function woke(record: ContainerRecord, options: { cause: WakeCause; sleptMs: number; wakeMs: number }): Transition | undefined {
  if (record.state.status !== "paused" || record.state.nap === undefined) return undefined
  const { cause, sleptMs, wakeMs } = options
  return {
    record: { ...record, state: { status: "running", run: record.state.run } },
    events: [{ action: "wake", attributes: { cause, ...asTexts({ sleptMs, wakeMs }) } }],
  }
}

/** Its processes are on disk, and frozen ones are ended next. Those that ran in an exec ended with them. */
export function hibernated(record: ContainerRecord, hibernation: ContainerHibernation, tookMs: number): Transition | undefined {
  const run = runOf(record)
  if (run === undefined) return undefined
  const { beforeBytes, imageBytes } = hibernation
  return {
    record: { ...record, state: { status: "hibernated", run, hibernation } },
    events: [{ action: "hibernate", attributes: asTexts({ beforeBytes, imageBytes, tookMs }) }],
  }
}

/** Its processes are there again, as new ones: `run` has their ids. */
export function restored(
  record: ContainerRecord,
  options: { run: Pick<RunFacts, "pid" | "pidStartTicks" | "bootId">; cause: WakeCause; sleptMs: number; wakeMs: number },
): Transition | undefined {
  if (record.state.status !== "hibernated") return undefined
  const { run, cause, sleptMs, wakeMs } = options
  return {
    // Its control group is new, and so are its counters.
    record: { ...record, state: { status: "running", run: { ...record.state.run, ...run, oomKills: 0, stopRequested: false } } },
    events: [{ action: "wake", attributes: { cause, from: "hibernation", ...asTexts({ sleptMs, wakeMs }) } }],
  }
}

/** It never went on from where it was restored to: it hibernates as before. */
export function hibernatesOn(record: ContainerRecord, hibernation: ContainerHibernation): Transition | undefined {
  const run = runOf(record)
  return run === undefined ? undefined : { record: { ...record, state: { status: "hibernated", run, hibernation } }, events: [] }
}

/** Its processes on disk are given up: it is as if they had been killed. `error`: they are lost, and nobody asked for it. */
export function givenUp(record: ContainerRecord, options: { now: number; error?: string }): Transition | undefined {
  if (record.state.status !== "hibernated") return undefined
  const { now, error } = options
  const exit: ExitStatus = { exitCode: error === undefined ? 137 : -1, oomKilled: false, finishedAt: now }
  const { startedAt } = record.state.run
  const decision = decideRestart({
    policy: record.resolved.restartPolicy,
    exitCode: exit.exitCode,
    stopRequested: error === undefined,
    restartCount: record.restartCount,
    streak: record.restartStreak,
    lifeMs: record.state.hibernation.since - startedAt,
  })
  return {
    record: {
      ...record,
      health: { ...record.health, status: "none" },
      restartStreak: decision.kind === "restart" ? decision.streak : 0,
      state:
        decision.kind === "restart"
          ? { status: "restarting", restartAt: now + decision.delayMs, startedAt, ...exit }
          : { status: "exited", startedAt, stoppedByUser: error === undefined, ...(error !== undefined && { error }), ...exit },
    },
    events: [
      ...(error === undefined ? [{ action: "kill" as const, attributes: { signal: "SIGKILL" } }] : []),
      { action: "exit", attributes: { exitCode: String(exit.exitCode), ...(error !== undefined && { error }) } },
    ],
  }
}

/** Memory was taken back from it. */
export function reclaimed(record: ContainerRecord, figures: { beforeBytes: number; afterBytes: number; tookMs: number }): Transition {
  return { record, events: [{ action: "reclaim", attributes: asTexts(figures) }] }
}

/** Bytes whole, milliseconds to a tenth. */
function asTexts(figures: Record<string, number>): Record<string, string> {
  return Object.fromEntries(Object.entries(figures).map(([name, value]) => [name, String(Math.round(value * 10) / 10)]))
}

/** The restart policy is called off: by a stop while it waited. */
export function restartCancelled(record: ContainerRecord): Transition | undefined {
  if (record.state.status !== "restarting") return undefined
  const { restartAt: _never, ...exit } = record.state
  return {
    record: { ...record, restartStreak: 0, state: { ...exit, status: "exited", stoppedByUser: true } },
    events: [{ action: "stop" }],
  }
}

export function healthChanged(
  record: ContainerRecord,
  health: { status: HealthStatus; log: readonly HealthProbeResult[] },
): Transition | undefined {
  if (runOf(record) === undefined) return undefined
  const events: EventDraft[] =
    health.status === record.health.status ? [] : [{ action: "health", attributes: { healthStatus: health.status } }]
  return { record: { ...record, health }, events }
}

export function execBegan(record: ContainerRecord, execId: string, exec: StoredExec): Transition {
  const running = Object.entries(record.execs).filter(([, known]) => known.exitCode === undefined)
  const over = Object.entries(record.execs).filter(([, known]) => known.exitCode !== undefined)
  return {
    record: { ...record, execs: Object.fromEntries([...over.slice(-ENDED_EXECS_KEPT), ...running, [execId, exec]]) },
    events: [{ action: "exec-start", attributes: { execId, command: exec.command.join(" ").slice(0, 256) } }],
  }
}

export function execEnded(record: ContainerRecord, execId: string, exitCode: number): Transition | undefined {
  const exec = record.execs[execId]
  if (exec === undefined || exec.exitCode !== undefined) return undefined
  return {
    record: { ...record, execs: { ...record.execs, [execId]: { ...exec, exitCode } } },
    events: [{ action: "exec-exit", attributes: { execId, exitCode: String(exitCode) } }],
  }
}

/** True for facts of one and the same run. */
export function isSameRun(left: RunFacts, right: RunFacts): boolean {
  return left.pid === right.pid && left.pidStartTicks === right.pidStartTicks && left.bootId === right.bootId
}

function changeRun(record: ContainerRecord, change: Partial<RunFacts>, events: EventDraft[]): Transition | undefined {
  const { state } = record
  if (state.status !== "running" && state.status !== "paused") return undefined
  return { record: { ...record, state: { ...state, run: { ...state.run, ...change } } }, events }
}
