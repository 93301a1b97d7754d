import type { ContainerEngine, DockerEndpoint } from "@plimsoll/runtime"
import type { HostSummary } from "../../contract/hosts.js"
import type { RunningEventLog } from "../events/create-event-log.js"
import { sourceOfHost } from "../events/event-journal.js"
import { every } from "../every.js"
import { countByStatus } from "../live/count-by-status.js"
import { Sampler } from "../live/sampler.js"
import { type AskingPace, DockerHost, type HostState } from "./docker-host.js"
import { endpointAddress } from "./endpoint-address.js"
import type { HostStore, StoredHost } from "./host-store.js"
import { engineAway, isAway } from "./why-away.js"

/** Its figures of one second must be there within this. */
const SAMPLE_DEADLINE_MS = 5000
/** How it is goes into the database so often, should the server end without a word. */
const KEEP_MS = 60_000

export interface AddedHostDependencies {
  store: Pick<HostStore, "remember">
  events: Pick<RunningEventLog, "consume" | "note" | "list">
  openDockerEngine: (endpoint: DockerEndpoint) => Promise<ContainerEngine>
  onChange: () => void
  now: () => number
  report: (error: unknown, doing: string) => void
  pace?: AskingPace
}

/** A host that was added, at work: it is asked whether it is there, its containers are sampled and its events are read. */
export class AddedHost {
  readonly id: string
  readonly address: string
  name: string
  readonly access: DockerHost
  readonly sampler: Sampler
  readonly #leaving = new AbortController()
  #noting: Promise<void> = Promise.resolve()
  #stopKeeping: () => void = () => undefined

  constructor(
    stored: StoredHost,
    private readonly deps: AddedHostDependencies,
  ) {
    const { id, name, endpoint, info, containers, seenAt } = stored
    this.id = id
    this.name = name
    this.address = endpoint === null ? "unknown" : endpointAddress(endpoint)
    this.access = new DockerHost({
      open: async () => {
        if (endpoint === null) throw engineAway(UNREADABLE)
        return deps.openDockerEngine(endpoint)
      },
      known: { info, seenAt },
      onChange: (state) => this.#note(state),
      now: deps.now,
      ...(deps.pace && { pace: deps.pace }),
    })
    this.sampler = new Sampler({
      host: id,
      engine: this.access,
      deadlineMs: SAMPLE_DEADLINE_MS,
      now: deps.now,
      onError: (error, doing) => this.onError(error, doing),
    })
    this.sampler.restore(containers)
  }

  start(): void {
    const { signal } = this.#leaving
    this.access.onOpened((engine) => void this.deps.events.consume(sourceOfHost(this.id), engine, signal))
    this.sampler.start()
    this.#stopKeeping = every(
      KEEP_MS,
      () => this.#remember(),
      (error) => this.onError(error, "keep the state"),
    )
    void this.access.ask()
  }

  /** That it is away is its state, which is asked for at once; everything else is worth a line in the log. */
  onError(error: unknown, doing: string): void {
    if (isAway(error)) void this.access.ask()
    else this.deps.report(error, `${doing} of the host ${this.name}`)
  }

  summary(): HostSummary {
    const { state } = this.access
    return {
      id: this.id,
      name: this.name,
      kind: "docker",
      endpoint: this.address,
      status: state.status,
      reason: state.status === "away" ? state.reason : null,
      remedy: state.status === "away" ? state.remedy : null,
      seenAt: state.seenAt,
      info: state.info,
      counts: countByStatus(this.sampler.rows.values()),
    }
  }

  /** Leaves it; containers there go on. What it last said is kept. */
  async close(): Promise<void> {
    this.#leaving.abort()
    this.#stopKeeping()
    await this.sampler.close()
    await this.access.close()
    await this.#noting
    await this.#remember()
  }

  #note(state: HostState): void {
    this.deps.onChange()
    this.#noting = this.#noting
      .then(async () => {
        await this.#remember()
        await this.#tellHealth(state)
      })
      .catch((error: unknown) => this.deps.report(error, `note the state of the host ${this.name}`))
  }

  async #remember(): Promise<void> {
    const { info, seenAt } = this.access.state
    const containers = [...this.sampler.rows.values()].map(({ stats: _stats, host: _host, ...summary }) => summary)
    if (seenAt !== null) await this.deps.store.remember(this.id, { info, containers, seenAt })
  }

  /** An event for each time that it goes and comes back, also over a restart of the server in between. */
  async #tellHealth(state: HostState): Promise<void> {
    const healthStatus = state.status === "connected" ? "healthy" : "unhealthy"
    const { items } = await this.deps.events.list({ kinds: ["engine"], actions: ["health"], host: this.id, limit: 1 })
    if ((items[0]?.attributes.healthStatus ?? "healthy") === healthStatus) return
    const attributes = { healthStatus, endpoint: this.address, ...(state.status === "away" && { reason: state.reason }) }
    const event = {
      at: this.deps.now(),
      kind: "engine",
      action: "health",
      id: this.id,
      name: this.name,
      tenant: "operator",
      attributes,
    } as const
    await this.deps.events.note(event, this.id)
  }
}

const UNREADABLE = {
  reason: "Its address cannot be read: it was sealed with another secret than this installation has.",
  remedy: "Enter the address again, or bring back the file “auth-secret” of the data directory that the database came from.",
}
