import { Readable } from "node:stream"
import {
  type ContainerEngine,
  type ContainerInspect,
  type ContainerStats,
  type ContainerSummary,
  EngineError,
  type EngineEvent,
  type EngineInfo,
  type ExecSession,
  type LogLine,
} from "@plimsoll/runtime"
import { hostWithoutEngine } from "../services/engine/host-without-engine.js"

/** An engine whose containers are entries of a map: for faults that a real one does not show on demand. */
export interface FakeEngine extends ContainerEngine {
  /** Adds or changes a container and emits the event. */
  put(summary: ContainerSummary, action?: EngineEvent["action"]): void
  drop(id: string): void
  emit(event: Partial<EngineEvent> & Pick<EngineEvent, "action">): EngineEvent
  /** What the next sample shows. */
  stats: Map<string, ContainerStats>
  logLines: LogLine[]
  execs: Map<string, ExecSession>
  journal: EngineEvent[]
}

const refuse = (operation: string) => () => Promise.reject(new EngineError("unsupported", { facts: { operation } }))

export function fakeEngine(info: Partial<EngineInfo> = {}): FakeEngine {
  const rows = new Map<string, ContainerSummary>()
  const journal: EngineEvent[] = []
  const listeners = new Set<() => void>()
  const stats = new Map<string, ContainerStats>()
  /** What those that hibernate show again when they wake. */
  const asleep = new Map<string, ContainerStats>()
  const logLines: LogLine[] = []
  const execs = new Map<string, ExecSession>()

  const find = (id: string): ContainerSummary => {
    const row = rows.get(id) ?? [...rows.values()].find(({ name }) => name === id)
    if (row === undefined) throw new EngineError("not_found", { publicMessage: `There is no container “${id}”.`, facts: { id } })
    return row
  }
  const emit: FakeEngine["emit"] = (event) => {
    const full: EngineEvent = {
      cursor: journal.length + 1,
      at: Date.now(),
      kind: "container",
      id: "x",
      name: "x",
      tenant: "operator",
      attributes: {},
      ...event,
    }
    journal.push(full)
    for (const listener of listeners) listener()
    return full
  }
  const setState = (id: string, state: ContainerSummary["state"], action: EngineEvent["action"]) => {
    const { nap: _, hibernation: _gone, ...row } = find(id)
    rows.set(row.id, { ...row, state })
    emit({ action, id: row.id, name: row.name })
  }

  const residentBytes = (id: string) => {
    const memory = stats.get(id)?.memory
    return memory === undefined ? 0 : memory.usedBytes - memory.swapBytes
  }
  /** Moves resident bytes to swap. Returns how many are left. */
  const pushOut = (id: string, bytes: number): number => {
    const sample = stats.get(id)
    if (sample === undefined) return 0
    const moved = Math.min(bytes, residentBytes(id))
    stats.set(id, { ...sample, memory: { ...sample.memory, swapBytes: sample.memory.swapBytes + moved } })
    return residentBytes(id)
  }

  const api: FakeEngine = {
    kind: "embedded",
    stats,
    logLines,
    execs,
    journal,
    emit,
    put(summary, action = "create") {
      rows.set(summary.id, summary)
      emit({ action, id: summary.id, name: summary.name, tenant: summary.tenant })
    },
    drop(id) {
      const { name } = find(id)
      rows.delete(id)
      stats.delete(id)
      emit({ action: "remove", id, name })
    },
    info: async () => ({ ...hostWithoutEngine("/nowhere"), status: "available", ...info }),
    async *events({ after, follow = false, signal } = {}) {
      let next = after ?? journal.length
      for (;;) {
        for (const event of journal.filter(({ cursor }) => cursor > next)) {
          if (signal?.aborted) return
          yield event
          next = event.cursor
        }
        if (!follow || signal?.aborted) return
        if (journal.some(({ cursor }) => cursor > next)) continue
        await new Promise<void>((resolve) => {
          const wake = () => {
            listeners.delete(wake)
            signal?.removeEventListener("abort", wake)
            resolve()
          }
          listeners.add(wake)
          signal?.addEventListener("abort", wake, { once: true })
        })
      }
    },
    close: async () => undefined,
    containers: {
      list: async () => [...rows.values()],
      inspect: async (id) =>
        ({
          ...find(id),
          resolved: { openStdin: false, terminal: false, mounts: [], network: { kind: "network", network: "bridge" } },
          disk: { kind: "none" },
          writableBytes: 0,
        }) as unknown as ContainerInspect,
      start: async (id) => {
        if (find(id).hibernation !== undefined) return void (await api.containers.wake(id))
        setState(id, { status: "running", pid: 1, startedAt: Date.now() }, "start")
      },
      stop: async (id) => setState(id, { status: "exited", exitCode: 0, oomKilled: false, finishedAt: Date.now() }, "stop"),
      statsAll: async () => [...stats.values()],
      async *logs(id) {
        find(id)
        yield* logLines
      },
      exec: async (id) => {
        find(id)
        const exec = [...execs.values()].at(-1)
        if (exec === undefined) throw new EngineError("command_not_found")
        return exec
      },
      attachExec: async (execId) => execs.get(execId) ?? Promise.reject(new EngineError("not_found")),
      inspectExec: async (id) => ({ id, containerId: "", command: [], startedAt: 0, running: execs.has(id) }),
      statPath: async (_, path) => ({ name: "sh", path, kind: "file", sizeBytes: 1, mode: 0o755, uid: 0, gid: 0, modifiedAt: 0 }),
      copyOut: async (id, path) => {
        find(id)
        return {
          stat: { name: "file", path, kind: "file", sizeBytes: 5, mode: 0o644, uid: 0, gid: 0, modifiedAt: 0 },
          tar: Readable.from([Buffer.from("bytes")]),
        }
      },
      create: refuse("create"),
      kill: refuse("kill"),
      restart: refuse("restart"),
      pause: refuse("pause"),
      nap: async (id) => {
        const row = find(id)
        if (row.nap !== undefined) return row.nap
        if (row.state.status !== "running") throw new EngineError("conflict", { publicMessage: `“${row.name}” does not run.` })
        const before = residentBytes(row.id)
        const nap = { since: Date.now(), beforeBytes: before, afterBytes: pushOut(row.id, before) }
        rows.set(row.id, { ...row, nap, state: { ...row.state, status: "paused", pausedAt: nap.since } })
        emit({ action: "nap", id: row.id, name: row.name, tenant: row.tenant })
        return nap
      },
      hibernate: async (id) => {
        const { nap, ...row } = find(id)
        if (row.hibernation !== undefined) return row.hibernation
        if (row.state.status !== "running" && nap === undefined)
          throw new EngineError("conflict", { publicMessage: `“${row.name}” does not run.` })
        const sample = stats.get(row.id)
        const beforeBytes = sample?.memory.usedBytes ?? 0
        const hibernation = { since: Date.now(), beforeBytes, imageBytes: beforeBytes }
        const startedAt = "startedAt" in row.state ? (row.state.startedAt ?? 1) : 1
        rows.set(row.id, { ...row, hibernation, state: { status: "hibernated", startedAt, hibernatedAt: hibernation.since } })
        if (sample !== undefined) asleep.set(row.id, { ...sample, memory: { ...sample.memory, swapBytes: 0 } })
        stats.delete(row.id)
        emit({ action: "hibernate", id: row.id, name: row.name, tenant: row.tenant })
        return hibernation
      },
      wake: async (id, { cause = "request" } = {}) => {
        const { nap, hibernation, ...row } = find(id)
        const since = (nap ?? hibernation)?.since
        if (since === undefined || (row.state.status !== "paused" && row.state.status !== "hibernated")) return { sleptMs: 0, wakeMs: 0 }
        const woken = { sleptMs: Date.now() - since, wakeMs: 1 }
        rows.set(row.id, { ...row, state: { status: "running", pid: 1, startedAt: row.state.startedAt } })
        const sample = asleep.get(row.id)
        if (sample !== undefined) stats.set(row.id, sample)
        asleep.delete(row.id)
        const attributes = { sleptMs: String(woken.sleptMs), wakeMs: "1", cause, ...(hibernation !== undefined && { from: "hibernation" }) }
        emit({ action: "wake", id: row.id, name: row.name, tenant: row.tenant, attributes })
        return woken
      },
      reclaim: async (id, bytes) => {
        const row = find(id)
        if (row.state.status !== "running") throw new EngineError("conflict", { publicMessage: `“${row.name}” does not run.` })
        const beforeBytes = residentBytes(row.id)
        return { beforeBytes, afterBytes: pushOut(row.id, bytes) }
      },
      resume: refuse("resume"),
      rename: refuse("rename"),
      remove: async (id) => {
        const { id: full, name } = find(id)
        rows.delete(full)
        emit({ action: "remove", id: full, name })
      },
      wait: refuse("wait"),
      attach: refuse("attach"),
      top: refuse("top"),
      diff: refuse("diff"),
      copyIn: refuse("copyIn"),
      listDirectory: refuse("listDirectory"),
      commit: refuse("commit"),
      update: async (id, { limits = {} }) => {
        const row = find(id)
        const changed = Object.entries({ ...row.limits, ...limits }).filter(([, value]) => value !== null && value !== undefined)
        rows.set(row.id, { ...row, limits: Object.fromEntries(changed) })
        emit({ action: "update", id: row.id, name: row.name, tenant: row.tenant })
        return api.containers.inspect(row.id)
      },
      resizeDisk: refuse("resizeDisk"),
      compactDisk: refuse("compactDisk"),
      stats: async (id) => stats.get(find(id).id) ?? Promise.reject(new EngineError("conflict")),
      namespaces: refuse("namespaces"),
      cgroupTree: refuse("cgroupTree"),
    },
    images: {
      list: async () => [],
      inspect: refuse("inspect"),
      load: async (archive) => {
        for await (const _ of archive);
        return []
      },
      importRootfs: refuse("importRootfs"),
      save: refuse("save"),
      tag: refuse("tag"),
      remove: refuse("remove"),
      pull: refuse("pull"),
      push: refuse("push"),
      collectGarbage: refuse("collectGarbage"),
    },
    networks: {
      list: async () => [],
      inspect: refuse("inspect"),
      create: refuse("create"),
      remove: refuse("remove"),
      connect: refuse("connect"),
      disconnect: refuse("disconnect"),
    },
    volumes: {
      list: async () => [],
      inspect: refuse("inspect"),
      create: refuse("create"),
      resize: refuse("resize"),
      compact: refuse("compact"),
      remove: refuse("remove"),
    },
    tenants: { list: async () => [], setLimits: refuse("setLimits"), setNetworkRate: refuse("setNetworkRate"), remove: refuse("remove") },
  }
  return api
}

/** A running container with only its id and name told apart. */
export function summaryOf(id: string, changes: Partial<ContainerSummary> = {}): ContainerSummary {
  return {
    id,
    name: `name-${id}`,
    tenant: "operator",
    image: "starter",
    imageId: "sha256:0",
    command: ["sh"],
    createdAt: 1,
    state: { status: "running", pid: 1, startedAt: 1 },
    health: "none",
    restartCount: 0,
    ports: [],
    networks: [],
    labels: {},
    limits: {},
    ...changes,
  }
}

/** A sample with the given CPU counter; all else stands still. */
export function statsOf(
  containerId: string,
  sampledAt: number,
  usageMicros: number,
  changes: Partial<ContainerStats> = {},
): ContainerStats {
  return {
    containerId,
    sampledAt,
    cpu: { usageMicros },
    memory: {
      usedBytes: 1000,
      chargedBytes: 2000,
      anonBytes: 1000,
      fileBytes: 0,
      shmemBytes: 0,
      kernelBytes: 0,
      swapBytes: 0,
      majorFaults: 0,
      oomKills: 0,
    },
    io: { readBytes: 0, writeBytes: 0, readOperations: 0, writeOperations: 0 },
    pids: { current: 1 },
    ...changes,
  }
}
