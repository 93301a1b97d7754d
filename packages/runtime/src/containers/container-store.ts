import { mkdir, rename, rm } from "node:fs/promises"
import { join } from "node:path"
import { EngineError, isEngineError } from "../errors.js"
import type { Clock } from "../kernel/clock.js"
import { replaceFile, syncDirectory, syncFile, writeFileAtomic } from "../kernel/write-file-atomic.js"
import { OPERATOR_TENANT } from "../spec/check-operator-only.js"
import { BackgroundSync } from "./background-sync.js"
import { type ContainerRecord, isOver } from "./container-record.js"
import type { EventDraft, Transition } from "./container-transitions.js"
import type { ContainerDirectory, DiagnosticSink, EnginePaths, EventSink } from "./engine-context.js"
import { KeyedQueue } from "./keyed-queue.js"
import { loadContainers } from "./load-containers.js"
import { NameRegistry } from "./name-registry.js"
import type { PendingEvent } from "./pending-event.js"

interface StoreOptions {
  paths: EnginePaths
  clock: Clock
  events: EventSink
  report: DiagnosticSink
}

/** Told of each new picture of a container; undefined: it was removed. */
export type RecordListener = (record: ContainerRecord | undefined) => void

export interface UpdateOptions {
  /** The kernel has done it already (an exit), or it must be done (a stop), so that it holds in memory even while the disk refuses it; writing is tried again until it succeeds. */
  forced?: boolean
  /** `now` (default): resolving means that it survives a power cut. `soon`: that it survives a `kill -9`; the disk follows within a breath. */
  sync?: "now" | "soon"
}

/** A run matters after a power cut only for what the restart policy makes of it. */
export function syncOfRun(record: ContainerRecord): Required<Pick<UpdateOptions, "sync">> {
  return { sync: record.resolved.restartPolicy.kind === "no" ? "soon" : "now" }
}

const RETRY_MS = 1000

/**
 * The containers: one JSON document each, an index in memory, and names that are unique. A change is a pure transition; its
 * document and events are committed as one: the document (with its events in the outbox) is synced first, then the
 * events go to the journal under keys that it takes once. Whatever moment the daemon dies at, the next start finds either the
 * old picture, or the new one with all its events.
 */
export class ContainerStore implements ContainerDirectory {
  readonly names: NameRegistry
  readonly #options: StoreOptions
  readonly #records = new Map<string, ContainerRecord>()
  readonly #removing = new Set<string>()
  readonly #unwritten = new Set<string>()
  readonly #creating = new Map<string, string>()
  readonly #writes = new KeyedQueue()
  readonly #runs = new Map<string, AbortController>()
  readonly #listeners = new Map<string, Set<RecordListener>>()
  readonly #closed = new AbortController()
  readonly #sync: BackgroundSync

  private constructor(options: StoreOptions, names: NameRegistry) {
    this.#options = options
    this.#sync = new BackgroundSync(options.report)
    this.names = names
  }

  /** Reads all documents; what a crash left half-made is returned for the caller to undo. */
  static async open(options: StoreOptions): Promise<{ store: ContainerStore; unfinishedRemovals: ContainerRecord[] }> {
    const { records, unfinishedRemovals } = await loadContainers(options.paths, options.report)
    const store = new ContainerStore(options, new NameRegistry())
    for (const record of records) {
      store.names.claim(record.tenant, record.name, record.id)
      store.#apply(record)
    }
    return { store, unfinishedRemovals }
  }

  get(id: string): ContainerRecord | undefined {
    return this.#records.get(id)
  }

  all(): ContainerRecord[] {
    return [...this.#records.values()]
  }

  find(reference: string): ContainerRecord {
    const exact = this.#records.get(reference) ?? this.#records.get(this.#idOfName(reference) ?? "")
    if (exact !== undefined) return exact
    const matches = /^[0-9a-f]{4,64}$/.test(reference) ? this.all().filter((record) => record.id.startsWith(reference)) : []
    if (matches.length === 1 && matches[0] !== undefined) return matches[0]
    const shown = reference.slice(0, 128)
    if (matches.length > 1) {
      throw new EngineError("conflict", {
        facts: { reference: shown, matches: matches.length },
        publicMessage: `"${shown}" is the beginning of ${matches.length} containers' ids. Give more characters, or the name.`,
      })
    }
    throw new EngineError("not_found", { facts: { reference: shown }, publicMessage: `There is no container "${shown}".` })
  }

  /** Of several tenants' containers with one name the operator's, who names it so. */
  #idOfName(name: string): string | undefined {
    const own = this.names.ownerOf(OPERATOR_TENANT, name)
    if (own !== undefined) return own
    const [id, ...others] = this.names.ownersOf(name)
    if (others.length === 0) return id
    throw new EngineError("conflict", {
      facts: { reference: name.slice(0, 128), matches: others.length + 1 },
      publicMessage: `${others.length + 1} tenants have a container "${name.slice(0, 128)}". Name it by its id.`,
    })
  }

  /** True from the moment when removal can no longer be undone. */
  isRemoving(id: string): boolean {
    return this.#removing.has(id)
  }

  /** True while the disk has not taken the newest picture. */
  isUnwritten(id: string): boolean {
    return this.#unwritten.has(id)
  }

  usingVolume(volume: string): string[] {
    return this.all()
      .filter(
        (record) =>
          !this.#removing.has(record.id) && record.resolved.mounts.some((mount) => mount.kind === "volume" && mount.volume === volume),
      )
      .map((record) => record.id)
  }

  /** Containers made, or just being made, from the image. */
  usingImage(imageId: string): string[] {
    const creating = [...this.#creating].filter(([, image]) => image === imageId).map(([id]) => id)
    const made = this.all().filter((record) => record.image.id === imageId && !this.#creating.has(record.id))
    return [...made.map((record) => record.id), ...creating]
  }

  /** While a container is made its image must stay, although there is no document yet. */
  async whileCreating<T>(id: string, imageId: string, work: () => Promise<T>): Promise<T> {
    this.#creating.set(id, imageId)
    try {
      return await work()
    } finally {
      this.#creating.delete(id)
    }
  }

  endOfRun(id: string): AbortSignal {
    return this.#runs.get(id)?.signal ?? AbortSignal.abort()
  }

  /** Calls back with each new picture until the returned function is called. */
  watch(id: string, listener: RecordListener): () => void {
    const listeners = this.#listeners.get(id) ?? new Set()
    this.#listeners.set(id, listeners.add(listener))
    return () => {
      listeners.delete(listener)
      if (listeners.size === 0) this.#listeners.delete(id)
    }
  }

  /** Commits a new container; its name was claimed before. Nothing is left of it when that fails. */
  async insert(record: ContainerRecord, events: EventDraft[]): Promise<ContainerRecord> {
    const directory = this.#options.paths.container(record.id)
    try {
      await mkdir(directory, { recursive: true, mode: 0o700 })
      return await this.#writes.run(record.id, () => this.#commit({ record, events }, {}))
    } catch (error) {
      await rm(directory, { recursive: true, force: true })
      throw error
    }
  }

  /**
   * Applies a transition to the newest picture and commits it; an undefined one changes nothing. Transitions of one
   * container never overlap.
   */
  update(
    id: string,
    transition: (record: ContainerRecord) => Transition | undefined,
    options: UpdateOptions = {},
  ): Promise<ContainerRecord> {
    return this.#writes.run(id, async () => {
      const before = this.#records.get(id)
      if (before === undefined || this.#removing.has(id))
        throw new EngineError("not_found", { facts: { id }, publicMessage: "The container was removed meanwhile." })
      const change = transition(before)
      return change === undefined ? before : this.#commit(change, options)
    })
  }

  /** At start: offers every event that a document holds; `recover` takes those that were not recorded before the end. */
  async replay(recover: (event: PendingEvent) => Promise<void>): Promise<void> {
    for (const record of this.all()) {
      for (const event of record.outbox) await recover(event)
      this.#records.set(record.id, { ...record, outbox: [] })
    }
  }

  /** From here on the container is gone or going: one rename is the point of no return. */
  async beginRemoval(id: string): Promise<ContainerRecord> {
    return this.#writes.run(id, async () => {
      const record = this.find(id)
      await rename(this.#options.paths.container(id), removalPath(this.#options.paths, id))
      this.#removing.add(id)
      this.#notify(id, record)
      return record
    })
  }

  /** All else is removed: records the event, frees the name, deletes the document. Safe to repeat after a crash. */
  async finishRemoval(record: ContainerRecord): Promise<void> {
    const { events, paths, clock } = this.#options
    await this.#publish(record)
    const { record: last } = stamp({ record, events: [{ action: "remove", attributes: { image: record.image.reference } }] }, clock.now())
    for (const event of last.outbox) await events.append(event)
    await rm(removalPath(paths, record.id), { recursive: true, force: true })
    this.names.release(record.tenant, record.name, record.id)
    this.#records.delete(record.id)
    this.#removing.delete(record.id)
    this.#notify(record.id, undefined)
    events.forget(record.id)
  }

  /** Waits for writes under way. */
  async close(): Promise<void> {
    this.#closed.abort()
    await this.#writes.idle()
    await this.#sync.settled()
  }

  async #commit(change: Transition, { forced = false, sync = "now" }: UpdateOptions): Promise<ContainerRecord> {
    const record = stamp(change, this.#options.clock.now()).record
    const path = join(this.#options.paths.container(record.id), "container.json")
    try {
      if (!this.#records.has(record.id)) await this.#writeFirst(path, record)
      else if (sync === "soon") {
        replaceFile(path, JSON.stringify(record))
        this.#sync.soon(path)
      } else await writeFileAtomic(path, JSON.stringify(record))
    } catch (error) {
      if (!forced) throw error
      this.#unwritten.add(record.id)
      this.#apply(record)
      this.#retryLater(record.id, error)
      return record
    }
    this.#unwritten.delete(record.id)
    this.#apply(record)
    return this.#publish(record)
  }

  // Nothing is there yet that a torn write could spoil (an empty document is no container), so that file, name and directory are
  // synced side by side: one commit of the file system's journal for all.
  async #writeFirst(path: string, record: ContainerRecord): Promise<void> {
    replaceFile(path, JSON.stringify(record))
    await Promise.all([syncFile(path), syncDirectory(this.#options.paths.containers)])
  }

  // The document holds the events: when the journal cannot take them now, they are offered again with the next commit.
  async #publish(record: ContainerRecord): Promise<ContainerRecord> {
    try {
      await Promise.all(record.outbox.map((event) => this.#options.events.append(event)))
    } catch (error) {
      if (!this.#closed.signal.aborted) this.#retryLater(record.id, error)
      return record
    }
    if (record.outbox.length === 0) return record
    const recorded = { ...record, outbox: [] }
    if (this.#records.get(record.id) === record) this.#records.set(record.id, recorded)
    return recorded
  }

  #retryLater(id: string, error: unknown): void {
    const { clock, report } = this.#options
    report.error("a container's state could not be written; trying again", { id, error })
    clock
      .sleep(RETRY_MS, this.#closed.signal)
      .then(() => this.update(id, (record) => ({ record, events: [] }), { forced: true }))
      .catch((reason: unknown) => {
        if (!this.#closed.signal.aborted && !isEngineError(reason, "not_found"))
          report.error("a container's state was not written", { id, error: reason })
      })
  }

  #apply(record: ContainerRecord): void {
    this.#records.set(record.id, record)
    const controller = this.#runs.get(record.id)
    if (isOver(record)) {
      this.#runs.delete(record.id)
      controller?.abort()
    } else if (controller === undefined) this.#runs.set(record.id, new AbortController())
    this.#notify(record.id, record)
  }

  #notify(id: string, record: ContainerRecord | undefined): void {
    for (const listener of [...(this.#listeners.get(id) ?? [])]) listener(record)
  }
}

/** Where a container's directory is while it is being removed. */
function removalPath(paths: EnginePaths, id: string): string {
  return join(paths.containers, `.removing-${id}`)
}

/** Gives the drafts their keys, which depend on the document alone: the same change stamped again is the same event. */
function stamp({ record, events }: Transition, now: number): { record: ContainerRecord } {
  const pending = events.map(({ action, attributes }, index) => ({
    key: `${record.id}:${record.eventSequence + index + 1}`,
    at: now,
    kind: "container" as const,
    action,
    id: record.id,
    name: record.name,
    tenant: record.tenant,
    attributes: { image: record.image.reference, ...attributes },
  }))
  return { record: { ...record, eventSequence: record.eventSequence + pending.length, outbox: [...record.outbox, ...pending] } }
}
