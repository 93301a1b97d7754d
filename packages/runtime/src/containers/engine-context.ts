import type { CgroupDriver } from "../cgroups/cgroup-driver.js"
import type { Ability, EngineEvent, HealthProbeResult, HealthStatus, LogLine, LogOptions, VolumeApi, VolumeSummary } from "../engine.js"
import type { ImageStore } from "../images/image-store.js"
import type { Clock, Ids } from "../kernel/clock.js"
import type { NetworkDriver } from "../network/network-driver.js"
import type { SandboxDriver } from "../sandbox/sandbox.js"
import type { RootFiles, Snapshotter } from "../snapshots/snapshotter.js"
import type { HealthCheck } from "../spec/container-spec.js"
import type { IdRange } from "../spec/id-range.js"
import type { ContainerRecord, ResolvedUser } from "./container-record.js"
import type { PendingEvent } from "./pending-event.js"

/**
 * What the composition (embedded/create-engine.ts) offers to every use case of this room. A use case takes the context
 * (or a `Pick` of it) as its first parameter.
 */
export interface EngineContext {
  /** `instanceName(root)`: top cgroup and nftables table. */
  readonly instance: string
  readonly paths: EnginePaths
  readonly clock: Clock
  readonly ids: Ids
  readonly report: DiagnosticSink
  readonly cgroups: CgroupDriver
  readonly snapshots: Snapshotter
  readonly files: RootFiles
  readonly images: ImageStore
  readonly network: NetworkDriver
  readonly sandbox: SandboxDriver
  readonly containers: ContainerDirectory
  readonly events: EventSink
  readonly volumes: VolumeStore
  readonly logs: ContainerLogs
  readonly health: HealthMonitor
  /** Whether disks with a limit can be made on this host; missing: why not, and what mends it. */
  readonly thinDisks: Pick<Ability, "status" | "detail" | "remedy">
  /** Whether containers can nap on this host as it is now. */
  readonly napAbility: () => Pick<Ability, "status" | "detail" | "remedy">
  /** Whether containers can hibernate on it. */
  readonly hibernateAbility: () => Pick<Ability, "status" | "detail" | "remedy">
  /** Path of CRIU; `tool_missing` when there is none. */
  readonly criu: () => string
}

/** Diagnostics for the operator's log. Never a secret. */
export interface DiagnosticSink {
  warn(message: string, facts?: Readonly<Record<string, unknown>>): void
  error(message: string, facts?: Readonly<Record<string, unknown>>): void
}

/** Where things are on disk. `root` outlives the host's reboot, `run` does not. */
export interface EnginePaths {
  readonly root: string
  readonly run: string
  readonly containers: string
  readonly events: string
  readonly tenants: string
  readonly content: string
  readonly images: string
  readonly layers: string
  readonly snapshots: string
  readonly volumes: string
  /** `run/volumes`: where the disks of volumes are mounted while somebody uses them. */
  readonly volumeMounts: string
  readonly networks: string
  /** Processes of containers that hibernate, and scripts by which they are restored. */
  readonly checkpoints: string
  /** `run/names`: configuration of the containers' name server. */
  readonly nameServer: string
  /** `containers/<id>`. */
  container(id: string): string
  /** `containers/<id>/log`: conmon writes `current`, rotation makes `current.1` … (1 is the youngest). */
  logDirectory(id: string): string
  /** `containers/<id>/log/current`. */
  logFile(id: string): string
  /** `run/rootfs/<id>`: where the snapshot is mounted while it runs. */
  rootfs(id: string): string
}

/** Read access to the containers. Records are snapshots: ask again for newer ones. */
export interface ContainerDirectory {
  /** By full id, unique prefix (≥ 4 characters) or name. Throws `not_found`, or `conflict` for an ambiguous prefix. */
  find(reference: string): ContainerRecord
  get(id: string): ContainerRecord | undefined
  all(): ContainerRecord[]
  /** Ids of containers that mount the volume. */
  usingVolume(volume: string): string[]
  /** Aborted once the container's present run has ended, or at once when it does not run. */
  endOfRun(id: string): AbortSignal
}

/** Durable events of objects that are not containers (volumes, tenants, images); containers have theirs in their document. */
export interface EventSink {
  append(event: PendingEvent): Promise<void>
  /** Gives the event a fresh key and the present time, then appends it. */
  emit(event: Omit<EngineEvent, "cursor" | "at">): Promise<void>
  /** The object is gone: none of its keys will be offered again. */
  forget(object: string): void
}

/**
 * Named volumes in `root/volumes`. Emits its own events. One that has a disk of its own is mounted while it has holders: containers that run
 * (by id), and copies. All other volumes are there always, and holding them is nothing.
 */
export interface VolumeStore extends VolumeApi {
  /**
   * Makes the volume when absent, owned by the root of `idRange`. `anonymousFor`: made for one container, removed with it. `holder`: a
   * container that begins to use it, until `release`. Rejects with `conflict` when the name belongs to another tenant, and as `mountThinDisk`.
   */
  ensure(options: {
    name: string
    tenant: string
    idRange: IdRange | undefined
    anonymousFor?: string
    holder?: string
    /** Of one that is made; absent: without a limit. */
    sizeBytes?: number
  }): Promise<VolumeSummary>
  has(name: string): boolean
  /** Directory on the host, which is there while the volume is held; throws `not_found`. */
  hostPath(name: string): string
  /** Copies what the image has at `target` into the volume while it is empty and was never used, as Docker does. `rootfs` is mounted, the volume held. */
  populate(options: { name: string; rootfs: string; target: string }): Promise<void>
  /** Holds the volume for the time of a copy. */
  use(name: string): Promise<{ path: string; release(): Promise<void> }>
  /** A container that ran before the daemon came holds these volumes. */
  adopt(holder: string, names: readonly string[]): void
  /** The holder has ended: takes disks that nobody holds any more out of use. Safe to repeat. */
  release(holder: string): Promise<void>
  /** Removes the volumes that were made for this container alone. */
  removeAnonymous(containerId: string): Promise<void>
  /** The container goes, its anonymous volumes stay, as ordinary ones: `sweep` must not take them. */
  disown(containerId: string): Promise<void>
  /** Removes anonymous volumes of containers that are not known, and half-made ones; takes disks that nobody holds out of use. */
  sweep(knownContainers: ReadonlySet<string>): Promise<void>
}

/** Reads and rotates conmon's logs. */
export interface ContainerLogs {
  /** `endOfRun`: with `follow`, what is written until it aborts is still read, then the iteration ends. */
  read(containerId: string, options: LogOptions, endOfRun: AbortSignal): AsyncIterable<LogLine>
  /** Watches the size of a running container's log and rotates it (`sandbox.reopenLog`). Watched already: new bounds count. */
  watch(containerId: string, bounds: { maxBytes: number; maxFiles: number }): void
  unwatch(containerId: string): void
  close(): void
}

export interface HealthTarget {
  containerId: string
  check: HealthCheck
  startedAt: number
  user: ResolvedUser
  environment: readonly string[]
  workingDirectory: string
}

/** Runs health checks of running containers by `sandbox.run`. */
export interface HealthMonitor {
  /** Begins with status `starting`, or goes on from `known` after the daemon came back. */
  watch(target: HealthTarget, known?: { status: HealthStatus; log: readonly HealthProbeResult[] }): void
  unwatch(containerId: string): void
  /** A frozen container is not probed. */
  suspend(containerId: string): void
  resume(containerId: string): void
  /** Undefined when it is not watched. */
  current(containerId: string): { status: HealthStatus; log: readonly HealthProbeResult[] } | undefined
  close(): void
}

/** Injected into the health monitor: called after each probe that changed the status. */
export type HealthListener = (containerId: string, health: { status: HealthStatus; log: readonly HealthProbeResult[] }) => void
