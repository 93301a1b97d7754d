import type { ContainerEngine, EngineInfo } from "@plimsoll/runtime"
import type { EngineAccess } from "../engine/engine-access.js"
import { within } from "../within.js"
import { silentEngine } from "./silent-engine.js"
import { engineAway, type WhyAway, whyAway } from "./why-away.js"

/** How often a host is asked whether it is there, and how long it has for the answer. */
export interface AskingPace {
  connectedMs: number
  awayMs: number
  deadlineMs: number
}

const PACE: AskingPace = { connectedMs: 5000, awayMs: 2000, deadlineMs: 5000 }

type Away = { status: "away" } & WhyAway

export type HostState = ({ status: "connected" } | Away) & {
  /** As it last said; `null`: it never answered. */
  info: EngineInfo | null
  /** When it last answered. */
  seenAt: number | null
}

export interface DockerHostOptions {
  open: () => Promise<ContainerEngine>
  known: Pick<HostState, "info" | "seenAt">
  /** Told when it goes, comes back, or says something else of itself or of why it is away. */
  onChange: (state: HostState) => void
  now: () => number
  pace?: AskingPace
}

/** The way to a Docker Engine. It is asked again and again: one that is away is refused at once, and is used again when it is back. */
export class DockerHost implements EngineAccess {
  readonly #listeners = new Set<(engine: ContainerEngine) => void>()
  readonly #pace: AskingPace
  #state: HostState
  #engine: ContainerEngine | undefined
  #opened = false
  #asking: Promise<void> | undefined
  #timer: NodeJS.Timeout | undefined
  #closed = false

  constructor(private readonly options: DockerHostOptions) {
    this.#pace = options.pace ?? PACE
    this.#state = { status: "away", reason: "It has not answered yet.", remedy: null, ...options.known }
  }

  get state(): HostState {
    return this.#state
  }

  get(): ContainerEngine {
    if (this.#state.status === "connected" && this.#engine !== undefined) return this.#engine
    throw engineAway(this.#state.status === "away" ? this.#state : { reason: "The engine is not open.", remedy: null })
  }

  async info(): Promise<EngineInfo> {
    const info = this.#state.info ?? silentEngine
    if (this.#state.status === "connected") return info
    const { reason, remedy } = this.#state
    return { ...info, status: "unavailable", reason, ...(remedy !== null && { remedy }) }
  }

  /** Asks it whether it is there, now. Resolves when it answered or the time for that is over; those who ask at once share the answer. */
  ask(): Promise<void> {
    if (this.#closed) return Promise.resolve()
    clearTimeout(this.#timer)
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = undefined
      if (this.#closed) return
      const pauseMs = this.#state.status === "connected" ? this.#pace.connectedMs : this.#pace.awayMs
      this.#timer = setTimeout(() => void this.ask(), pauseMs).unref()
    })
    return this.#asking
  }

  onOpened(listener: (engine: ContainerEngine) => void): () => void {
    this.#listeners.add(listener)
    if (this.#opened && this.#engine !== undefined) listener(this.#engine)
    return () => this.#listeners.delete(listener)
  }

  async close(): Promise<void> {
    this.#closed = true
    clearTimeout(this.#timer)
    await this.#engine?.close()
  }

  async #ask(): Promise<void> {
    const answer = await this.#answer()
    if (this.#closed) return
    const { info, seenAt } = this.#state
    if (answer.status === "away") return this.#become({ ...answer, info, seenAt })
    this.#become({ status: "connected", info: answer.info, seenAt: this.options.now() })
    if (this.#opened || this.#engine === undefined) return
    this.#opened = true
    for (const listener of this.#listeners) listener(this.#engine)
  }

  async #answer(): Promise<Away | { status: "connected"; info: EngineInfo }> {
    try {
      this.#engine ??= await this.options.open()
      const info = await within(this.#pace.deadlineMs, this.#engine.info())
      if (info.status === "available") return { status: "connected", info }
      return { status: "away", ...whyAway(info) }
    } catch (error) {
      return { status: "away", ...whyAway(error instanceof Error ? error : new Error(String(error))) }
    }
  }

  #become(state: HostState): void {
    const before = this.#state
    this.#state = state
    if (JSON.stringify({ ...before, seenAt: 0 }) !== JSON.stringify({ ...state, seenAt: 0 })) this.options.onChange(state)
  }
}
