import type {
  ContainerHibernation,
  ContainerInspect,
  ContainerNap,
  ContainerState,
  ExitStatus,
  HealthProbeResult,
  HealthStatus,
  PublishedPort,
} from "../engine.js"
import type { Connection } from "../network/network-driver.js"
import type { ContainerSpec } from "../spec/container-spec.js"
import type { IdRange } from "../spec/id-range.js"
import type { ResourceLimits } from "../spec/limits.js"
import type { PendingEvent } from "./pending-event.js"

/**
 * The state document of one container (`root/containers/<id>/container.json`): all that must outlive the daemon and the
 * host. Records are replaced, never changed in place: who holds one holds a consistent picture.
 */
export interface ContainerRecord {
  readonly version: 1
  readonly id: string
  readonly name: string
  readonly tenant: string
  readonly createdAt: number
  /** As asked for, with `name` and `tenant` filled in. */
  readonly spec: ContainerSpec
  readonly image: { readonly id: string; readonly reference: string; readonly diffIds: readonly string[] }
  readonly resolved: ContainerInspect["resolved"]
  /** As they are now; `update` changes them. */
  readonly limits: ResourceLimits
  /** Size of its own disk once it has grown; before, and without one, the specification says it. */
  readonly diskBytes?: number
  /** Undefined: the host's user namespace. */
  readonly idRange: IdRange | undefined
  /** Its place in each of its networks, in the order of its interfaces' default routes; kept from create (or connect) to remove (or disconnect). */
  readonly connections: readonly Connection[]
  readonly ports: readonly PublishedPort[]
  readonly state: StoredState
  readonly restartCount: number
  /** Restarts in a row without 10 s of life between them: the exponent of the backoff. */
  readonly restartStreak: number
  readonly health: { readonly status: HealthStatus; readonly log: readonly HealthProbeResult[] }
  /** Running ones and the last few that ended, by id. Ends with the container's run. */
  readonly execs: Readonly<Record<string, StoredExec>>
  /** Set while limits are written to the kernel, and longer when it would not take the old ones back: what is found so is put back to `limits`. */
  readonly limitsInDoubt: boolean
  /** Sequence number of this container's newest event; each event's key is `<id>:<sequence>`. */
  readonly eventSequence: number
  /** Events that belong to this document's state and may not be in the journal yet. */
  readonly outbox: readonly PendingEvent[]
}

/** Facts of one run; with `bootId` and `pidStartTicks` the pid names one process for ever. */
export interface RunFacts {
  readonly pid: number
  readonly pidStartTicks: number
  readonly conmonPid: number
  readonly bootId: string
  readonly startedAt: number
  /** A stop or a deadly kill was asked for: its end is the user's wish, which no restart policy overrules. */
  readonly stopRequested: boolean
  /** OOM kills in this run for which there is an event. */
  readonly oomKills: number
  /** Who runs, resolved against the image's passwd and group files: for exec, health checks and copies. */
  readonly user: ResolvedUser
}

export interface ResolvedUser {
  readonly uid: number
  readonly gid: number
  readonly additionalGids: readonly number[]
  readonly home: string
}

/** An exec session as it must be known after the daemon came back. */
export interface StoredExec {
  readonly command: readonly string[]
  readonly startedAt: number
  readonly pid?: number
  /** Absent: it runs. */
  readonly exitCode?: number
}

/** As `ContainerState`, with what only the engine needs. `removing` is not stored: the directory is renamed instead. */
export type StoredState =
  | { readonly status: "created" }
  | { readonly status: "running"; readonly run: RunFacts }
  /** `nap`: not by hand; its memory is pushed out, and it wakes by itself. */
  | { readonly status: "paused"; readonly run: RunFacts; readonly pausedAt: number; readonly nap?: ContainerNap }
  /** `run` ended with the checkpoint; its pid is nobody's, its other facts hold for the run that goes on. */
  | { readonly status: "hibernated"; readonly run: RunFacts; readonly hibernation: ContainerHibernation }
  | ({ readonly status: "restarting"; readonly restartAt: number; readonly startedAt: number } & ExitStatus)
  | ({
      readonly status: "exited"
      readonly startedAt?: number
      readonly error?: string /** By stop or kill: `unless-stopped` leaves it so. */
      readonly stoppedByUser: boolean
    } & ExitStatus)
  | { readonly status: "dead"; readonly error: string }

/** True while it has no processes and none are to come by themselves. One that hibernates goes on in its run. */
export function isOver(record: ContainerRecord): boolean {
  return runOf(record) === undefined && record.state.status !== "hibernated"
}

/** The facts of the present run, if there is one. */
export function runOf(record: ContainerRecord): RunFacts | undefined {
  return record.state.status === "running" || record.state.status === "paused" ? record.state.run : undefined
}

/** The state as callers see it. */
export function publicState(state: StoredState): ContainerState {
  switch (state.status) {
    case "created":
      return { status: "created" }
    case "running":
      return { status: "running", pid: state.run.pid, startedAt: state.run.startedAt }
    case "paused":
      return { status: "paused", pid: state.run.pid, startedAt: state.run.startedAt, pausedAt: state.pausedAt }
    case "hibernated":
      return { status: "hibernated", startedAt: state.run.startedAt, hibernatedAt: state.hibernation.since }
    case "restarting":
      return { ...state }
    case "exited": {
      const { stoppedByUser: _private, ...shown } = state
      return shown
    }
    case "dead":
      return { ...state }
  }
}
