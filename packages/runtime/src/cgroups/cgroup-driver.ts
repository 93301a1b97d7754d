import type { CgroupNode, ContainerStats, EngineInfo } from "../engine.js"
import type { CgroupLocation } from "../spec/cgroup-path.js"
import type { ResourceLimits } from "../spec/limits.js"
import type { Reclaimed } from "./reclaimer.js"

/** What cgroups know of a container's use: its stats less the network. */
export type CgroupSample = Omit<ContainerStats, "containerId" | "network">

/** All containers of an instance together. */
export interface SampleOfAll extends Pick<CgroupSample, "memory" | "pressure"> {
  /** How often they came against the limit of all of them, and not against one of their own; a counter. Absent: the kernel does not tell. */
  limitHits?: number
}

/**
 * One interface over cgroup v2, v1 and hybrid. A container's group is made with all its limits before its first process;
 * the OCI runtime joins it by `relativePath` and writes no limits of its own (device rules apart).
 */
export interface CgroupDriver {
  readonly version: "v1" | "v2" | "hybrid"
  /** Name of the instance's top group, for example `plimsoll`. */
  readonly rootName: string
  enforceableLimits(): EngineInfo["enforceableLimits"]
  /** Rejects with `limit_unsupported` (naming the limit, the reason and the remedy) or `invalid_argument`. Writes nothing. */
  check(limits: ResourceLimits): void
  /** Makes the tenant's group when absent. Idempotent. */
  ensureTenant(tenant: string): Promise<void>
  /** Limits of the sum of the tenant's containers. */
  setTenantLimits(tenant: string, limits: ResourceLimits): Promise<void>
  /** Removes the tenant's empty group; no effect when absent. */
  removeTenant(tenant: string): Promise<void>
  /** Makes the group with all limits set; undone wholly when one cannot be written. */
  create(location: CgroupLocation, limits: ResourceLimits): Promise<ContainerCgroup>
  /** A handle on a group that exists (or did). */
  open(location: CgroupLocation): ContainerCgroup
  /** Limits of all containers of the instance together; makes its top group when absent. Absent fields are left alone, `null` lifts. */
  limitAll(limits: { [K in keyof ResourceLimits]?: ResourceLimits[K] | null }): Promise<void>
  /** Memory and pressure of all of them together; undefined while there is no top group. Synchronous as a container's. */
  sampleAll(): SampleOfAll | undefined
  /** All container groups that exist below the instance's root, for reconciliation. */
  list(): Promise<CgroupLocation[]>
  /** Removes the instance's top group when nothing is left in it. */
  removeRootIfEmpty(): Promise<void>
}

export interface ContainerCgroup {
  readonly location: CgroupLocation
  /** `/plimsoll/acme/0123…`: for `linux.cgroupsPath` of the OCI configuration. */
  readonly relativePath: string
  exists(): Promise<boolean>
  /** Absent fields are left alone, `null` lifts the limit. All or nothing: written values are put back when one fails. `limit_below_usage` when the kernel refuses with EBUSY. */
  update(limits: { [K in keyof ResourceLimits]?: ResourceLimits[K] | null }): Promise<void>
  /** Resolves when every process is frozen. */
  freeze(): Promise<void>
  thaw(): Promise<void>
  isFrozen(): Promise<boolean>
  /** Directory of the group that freezes it; undefined: this host cannot. */
  readonly freezerGroup: string | undefined
  /**
   * Takes back up to `bytes` of what is charged to it: file cache, and with swap what lies idle, never what is guaranteed (memory.min, memory.low). Resolves with what was charged before
   * and after; when the signal aborts, soon and with what was given by then. `thorough`: also what was used a moment ago.
   * Rejects with `unsupported` without a controller of memory.
   */
  reclaim(bytes: number, options?: { thorough?: boolean; signal?: AbortSignal }): Promise<Reclaimed>
  /** True: while `reclaim` runs a limit is lowered for moments, and a crash may leave it so; `update` with all limits puts it back. */
  readonly reclaimMovesLimit: boolean
  pids(): Promise<number[]>
  /** KILL to every process in it and below (cgroup.kill on v2), repeated until it is empty or the deadline passes. */
  killAll(deadlineMs: number): Promise<void>
  /**
   * Everything as it is now; `economical`: as `ContainerApi.statsAll` has it. Synchronous on purpose: sampling hundreds of groups a second must not cost a
   * thread-pool turn each. Undefined when it is gone.
   */
  sample(options?: { economical?: boolean }): CgroupSample | undefined
  /** Times the OOM killer struck in it. */
  oomKillCount(): number
  /** From the instance's root to the container's inner groups. */
  tree(): Promise<CgroupNode[]>
  /** Removes the group and what is below it; no effect when absent. `cgroup_failed` while a process is in it. */
  remove(): Promise<void>
  /** Closes descriptors that sampling keeps open. */
  close(): void
}
