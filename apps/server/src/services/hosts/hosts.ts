import type { ContainerEngine, DockerEndpoint, EngineInfo } from "@plimsoll/runtime"
import type { HostSummary, HostTest, OnHost } from "../../contract/hosts.js"

export interface ConnectedHost {
  id: string
  engine: ContainerEngine
}

/** The machines that the console knows, by id. */
export interface Hosts {
  /** Its engine. Throws `not_found` for an unknown host, `engine_unavailable` with reason and remedy for one that is away. */
  engineOf(host: string): ContainerEngine
  /** Those that answer, with their engines: this machine first, then by name. */
  connected(): ConnectedHost[]
  /** What it is and can do; of one that is away, what it last said. Rejects with `not_found` for an unknown host. */
  infoOf(host: string): Promise<EngineInfo>
  /**
   * Where a container is, by id, unique prefix or name. A name that several hosts have is this machine's where it has it, else refused as
   * `conflict`. Rejects with `not_found`, and with `engine_unavailable` when its host is away.
   */
  ofContainer(id: string): Promise<OnHost<{ engine: ContainerEngine }>>
  /** Where a session in a container runs. Rejects with `not_found`. */
  hostOfExec(execId: string): Promise<string>
  /**
   * What one host answers, or all that are there (`host` absent), in the hosts' order. Those that are away are left out; when none is there,
   * it rejects with why this machine's engine is not.
   */
  onEach<T extends object>(host: string | undefined, ask: (engine: ContainerEngine) => Promise<T[]>): Promise<OnHost<T>[]>
  /** Throws why this machine's engine is not there, unless another host was added. */
  assertAny(): void
  /** This machine first, then by name. */
  list(): Promise<HostSummary[]>
  /** All of them now, and again at each change. A slow reader gets the latest only. */
  follow(signal: AbortSignal): AsyncIterable<HostSummary[]>
  /** Asks an engine that is not added. Rejects with `engine_unavailable`, its reason and remedy. */
  test(endpoint: DockerEndpoint): Promise<HostTest>
  /** Tests it, then keeps it. Rejects as `test`, with `name_in_use`, and with `conflict` for an engine that is here already. */
  add(host: { name: string; endpoint: DockerEndpoint }): Promise<HostSummary>
  /** Another endpoint is tested first. Rejects as `add`, with `not_found`, and with `invalid_argument` for this machine. */
  change(host: string, change: { name?: string; endpoint?: DockerEndpoint }): Promise<HostSummary>
  /** Forgets it here and touches nothing there; its events and figures stay. Gone already: no effect. */
  remove(host: string): Promise<void>
}
