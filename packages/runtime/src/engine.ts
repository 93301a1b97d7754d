import type { Readable, Writable } from "node:stream"
import type { ContainerSpec, HealthCheck, MountSpec, NetworkMode, PortMapping, RestartPolicy } from "./spec/container-spec.js"
import type { ResourceLimitName, ResourceLimits } from "./spec/limits.js"
import type { RegistryCredentials } from "./spec/registry.js"

/**
 * The one interface of a container engine. Both drivers (`embedded`: ours; `docker`: a Docker Engine) implement it and
 * pass `conformance/`.
 *
 * A container's life:
 * ```
 *   create ─▶ created ─start▶ running ─exit▶ exited ─start▶ running …
 *                               │ ▲  └ pause ▶ paused ─ resume ┘
 *                               └ stop / kill ─▶ exited ─ remove ─▶ (gone)
 *   restarting: exited, and the restart policy will start it again at `restartAt`
 * ```
 * An id argument accepts the full id, a unique prefix of ≥ 4 characters, or the name. Unknown ones reject with
 * `not_found`. Methods are safe to call concurrently: operations on one container are queued in order of arrival.
 * All sizes are bytes, all times epoch milliseconds, all durations milliseconds unless the name says otherwise.
 */
export interface ContainerEngine {
  readonly kind: "embedded" | "docker"
  /** What this engine and its host are and can do. Never rejects because something is missing: that is what it reports. */
  info(): Promise<EngineInfo>
  readonly containers: ContainerApi
  readonly images: ImageApi
  readonly networks: NetworkApi
  readonly volumes: VolumeApi
  readonly tenants: TenantApi
  /**
   * Durable events in order, beginning after `after` (a cursor seen before; absent: only new ones; 0: from the oldest
   * kept). Each exactly once. Ends when `signal` aborts or the engine closes. Without `follow` it ends at the newest.
   */
  events(options?: { after?: number; follow?: boolean; signal?: AbortSignal }): AsyncIterable<EngineEvent>
  /** Stops watching and releases handles. Containers go on running. */
  close(): Promise<void>
}

// ── host and engine ────────────────────────────────────────────────────────────────────────────────────────────────

/** One thing that the host can or cannot do, in plain words; `remedy` is a command or an instruction that mends it. */
export interface Ability {
  /** Stable name: `overlayfs`, `cgroup.memory.max`, `userns`, `psi`, `swap`, `crun`, … */
  name: string
  /** What for, in one short sentence. */
  title: string
  status: "available" | "degraded" | "missing"
  detail: string
  remedy?: string
  /** Without it the engine cannot run containers at all. */
  required: boolean
}

export interface EngineInfo {
  kind: "embedded" | "docker"
  /** `available`: containers can run. */
  status: "available" | "unavailable"
  /** When unavailable: why, and what mends it. */
  reason?: string
  remedy?: string
  version: string
  hostname: string
  kernelVersion: string
  operatingSystem: string
  architecture: string
  bootedAt: number
  cpuCount: number
  memoryBytes: number
  swapBytes: number
  dataDirectory: string
  cgroupVersion: "v1" | "v2" | "hybrid" | "none"
  /** Names of OCI runtimes that work here, the default first. */
  ociRuntimes: OciRuntimeInfo[]
  abilities: Ability[]
  /** Limits this host can enforce; every other is refused with `limit_unsupported`. */
  enforceableLimits: Partial<Record<ResourceLimitName, { enforceable: boolean; reason?: string }>>
  /** Optional operations that this engine has; the console shows no button for what is absent. */
  features: EngineFeature[]
}

export type EngineFeature =
  | "pause"
  | "nap"
  | "hibernate"
  | "reclaim"
  | "exec"
  | "attach"
  | "commit"
  | "diff"
  | "copy"
  | "list-files"
  | "update"
  | "health"
  | "top"
  | "namespaces"
  | "cgroup-tree"
  | "tenant-limits"
  | "volumes"
  | "volume-limits"
  | "disk-limits"
  | "networks"
  | "tenant-networks"
  | "network-rates"
  | "image-load"
  | "image-import"
  | "image-save"
  | "image-pull"
  | "image-push"
  | "image-garbage"

export interface OciRuntimeInfo {
  name: string
  path: string
  version: string
  works: boolean
  /** Why it was passed over, or known weaknesses of this version. */
  remark?: string
}

// ── containers ─────────────────────────────────────────────────────────────────────────────────────────────────────

export type ContainerStatus = "created" | "running" | "paused" | "hibernated" | "restarting" | "exited" | "removing" | "dead"
export type HealthStatus = "none" | "starting" | "healthy" | "unhealthy"

export interface ExitStatus {
  /** 0–255; 128 + n when killed by signal n. -1 when it could not be learnt (the host lost power). */
  exitCode: number
  oomKilled: boolean
  finishedAt: number
}

/** Every state has exactly the facts that belong to it. */
export type ContainerState =
  | { status: "created" }
  | { status: "running"; pid: number; startedAt: number }
  | { status: "paused"; pid: number; startedAt: number; pausedAt: number }
  /** Its processes are on disk: see `ContainerApi.hibernate`. */
  | { status: "hibernated"; startedAt: number; hibernatedAt: number }
  | ({ status: "restarting"; restartAt: number; startedAt: number } & ExitStatus)
  /** `startedAt` absent: it never ran (a failed start); `error` says why. */
  | ({ status: "exited"; startedAt?: number; error?: string } & ExitStatus)
  | { status: "removing" }
  /** Its state could not be restored; only remove works. */
  | { status: "dead"; error: string }

export interface PublishedPort {
  containerPort: number
  protocol: "tcp" | "udp"
  hostPort: number
  hostAddress: string
}

export interface NetworkAttachment {
  network: string
  interfaceName: string
  macAddress: string
  address: string
  prefixLength: number
  gateway: string
}

/** A container that naps: `paused`, and its memory pushed out to swap. It wakes by itself: see `ContainerApi.nap`. */
export interface ContainerNap {
  since: number
  /** Resident bytes of its own before, and after its memory was pushed out. */
  beforeBytes: number
  afterBytes: number
}

/** A container that hibernates: `hibernated`, its processes written to disk. It wakes by itself: see `ContainerApi.hibernate`. */
export interface ContainerHibernation {
  since: number
  /** Bytes of its own in memory and in swap before; none of them is left. */
  beforeBytes: number
  /** Of its processes on disk. */
  imageBytes: number
}

/** Why a container woke. */
export type WakeCause = "packet" | "exec" | "attach" | "copy" | "stop" | "kill" | "update" | "log" | "request" | "pressure"

/** A row of a list: all that a table shows without asking again. */
export interface ContainerSummary {
  /** 64 hexadecimal digits. */
  id: string
  name: string
  tenant: string
  /** Reference as asked for. */
  image: string
  imageId: string
  /** The resolved argument array (entrypoint + command). */
  command: string[]
  createdAt: number
  state: ContainerState
  health: HealthStatus
  restartCount: number
  ports: PublishedPort[]
  networks: NetworkAttachment[]
  labels: Record<string, string>
  limits: ResourceLimits
  /** Size of the disk of its own; absent: it has none, and no limit. */
  diskBytes?: number
  /** What it publishes while it runs, as asked for; absent: nothing. `ports` says what is published now. */
  portMappings?: PortMapping[]
  /** Present while it naps. */
  nap?: ContainerNap
  /** Present while it hibernates. */
  hibernation?: ContainerHibernation
}

export interface HealthProbeResult {
  startedAt: number
  finishedAt: number
  exitCode: number
  /** First 4 KiB. */
  output: string
}

export interface ContainerInspect extends ContainerSummary {
  /** What the caller asked for. */
  spec: ContainerSpec
  /** What runs: image configuration and defaults filled in. */
  resolved: {
    entrypoint: string[]
    command: string[]
    environment: string[]
    workingDirectory: string
    user: string
    hostname: string
    stopSignal: string
    stopTimeoutMs: number
    terminal: boolean
    openStdin: boolean
    init: boolean
    readOnlyRoot: boolean
    capabilities: string[]
    mounts: ResolvedMount[]
    network: NetworkMode
    ports: PortMapping[]
    restartPolicy: RestartPolicy
    healthCheck: HealthCheck | null
    ociRuntime: string
  }
  healthLog: HealthProbeResult[]
  /** Bytes in the writable layer; -1 when unknown. */
  writableBytes: number
  /** What bounds the writable layer. */
  disk: DiskLimit
  /** Absolute cgroup path, relative to the hierarchy's mount. */
  cgroupPath: string
  userNamespace: { kind: "private"; uidBase: number; gidBase: number; size: number } | { kind: "host" }
  logPath: string
}

/** `hostPath`: the directory on the host, when there is one. */
export type ResolvedMount = MountSpec & { hostPath?: string }

export interface ListContainersOptions {
  tenant?: string
  statuses?: ContainerStatus[]
  /** `key` or `key=value`; all must match. */
  labels?: string[]
}

export interface LogLine {
  stream: "stdout" | "stderr"
  timestamp: number
  /** Bytes of the line without its newline. `partial` when the writer had not ended it. */
  data: Buffer
  partial: boolean
}

export interface LogOptions {
  stdout?: boolean
  stderr?: boolean
  /** Last n lines; absent: all. */
  tail?: number
  since?: number
  until?: number
  /** Go on as lines come, until the container is removed or `signal` aborts; ends when it exits. */
  follow?: boolean
  signal?: AbortSignal
}

/** Standard streams of an attach or an exec. With a terminal, stderr is absent. */
export interface StdioSession {
  /** Absent when input is not open. Ending it ends the process's standard input. */
  stdin?: Writable
  stdout: Readable
  stderr?: Readable
  /** Columns and rows of the terminal; rejects with `conflict` without one. */
  resize(size: TerminalSize): Promise<void>
  /** Leaves; the process goes on. */
  detach(): void
}

export interface TerminalSize {
  columns: number
  rows: number
}

export interface ExecSpec {
  command: string[]
  environment?: string[]
  workingDirectory?: string
  user?: string
  terminal?: boolean
  terminalSize?: TerminalSize
  /** Keep standard input open. */
  stdin?: boolean
  privileged?: boolean
}

export interface ExecInspect {
  id: string
  containerId: string
  command: string[]
  startedAt: number
  running: boolean
  pid?: number
  exitCode?: number
}

export interface ExecSession extends StdioSession {
  id: string
  /** Resolves when the process ended. `command_not_found` is exit 127, not executable 126. */
  exited: Promise<{ exitCode: number }>
}

export interface FilesystemChange {
  path: string
  kind: "added" | "modified" | "deleted"
}

export interface PathStat {
  name: string
  path: string
  kind: "file" | "directory" | "symlink" | "character-device" | "block-device" | "fifo" | "socket"
  sizeBytes: number
  mode: number
  /** As seen inside the container. */
  uid: number
  gid: number
  modifiedAt: number
  linkTarget?: string
}

export interface ProcessInfo {
  /** On the host. */
  pid: number
  /** In the container's pid namespace. */
  containerPid: number
  parentPid: number
  /** Host user id. */
  uid: number
  user: string
  state: string
  command: string
  startedAt: number
  cpuSeconds: number
  residentBytes: number
  threads: number
}

export interface PressureLine {
  avg10: number
  avg60: number
  avg300: number
  totalMicros: number
}

export interface Pressure {
  some: PressureLine
  full?: PressureLine
}

/** One sample. Counters only grow while the container runs. Absent figures are unknown, never 0. */
export interface ContainerStats {
  containerId: string
  sampledAt: number
  cpu: {
    usageMicros: number
    userMicros?: number
    systemMicros?: number
    periods?: number
    throttledPeriods?: number
    throttledMicros?: number
  }
  memory: {
    /** What is resident and cannot simply be dropped: anon + shmem + unreclaimable kernel + swapped. */
    usedBytes: number
    /** All that is charged, page cache included (memory.current). */
    chargedBytes: number
    anonBytes: number
    fileBytes: number
    shmemBytes: number
    kernelBytes: number
    swapBytes: number
    maxBytes?: number
    majorFaults: number
    oomKills: number
  }
  io: { readBytes: number; writeBytes: number; readOperations: number; writeOperations: number }
  pids: { current: number; max?: number }
  network?: {
    receivedBytes: number
    transmittedBytes: number
    receivedPackets: number
    transmittedPackets: number
    receivedDropped: number
    transmittedDropped: number
  }
  pressure?: { cpu?: Pressure; memory?: Pressure; io?: Pressure }
}

export type NamespaceKind = "pid" | "mnt" | "net" | "uts" | "ipc" | "user" | "cgroup" | "time"

export interface NamespaceEntry {
  kind: NamespaceKind
  /** Inode number, as in `/proc/PID/ns/*`. */
  inode: number
  sharing: "private" | "host" | "container"
  /** Ids of containers that are in the same one. */
  sharedWith: string[]
}

export interface IdMapLine {
  insideId: number
  outsideId: number
  count: number
}

export interface NamespaceReport {
  pid: number
  namespaces: NamespaceEntry[]
  uidMap: IdMapLine[]
  gidMap: IdMapLine[]
  capabilitiesEffective: string[]
  seccomp: "disabled" | "strict" | "filter"
  noNewPrivileges: boolean
}

export interface CgroupNode {
  /** Path below the hierarchy's mount. */
  path: string
  role: "engine" | "tenant" | "container" | "inner"
  controllers: string[]
  /** Interface files as the kernel has them now: name → content (bounded to 4 KiB). */
  files: Record<string, string>
  pids: number[]
}

export interface ContainerApi {
  /** Makes the container and its writable layer; nothing runs. Undone wholly when a step fails. */
  create(spec: ContainerSpec): Promise<ContainerInspect>
  /** Resolves when its process runs. Running already: no effect. */
  start(id: string): Promise<void>
  /** Signal, grace, then KILL. Not running: no effect. `signal` overrides the stop signal, `timeoutMs` the grace. */
  stop(id: string, options?: { signal?: string; timeoutMs?: number }): Promise<void>
  /** Sends one signal (`TERM`, `SIGTERM` or a number). Rejects with `conflict` when not running. */
  kill(id: string, options?: { signal?: string }): Promise<void>
  restart(id: string, options?: { timeoutMs?: number }): Promise<void>
  pause(id: string): Promise<void>
  resume(id: string): Promise<void>
  /**
   * Freezes it and pushes its memory out to swap (feature `nap`), as far as nobody guaranteed it. Its addresses and published ports go on answering: the
   * first packet wakes it, and so does every operation that needs its processes (exec, attach, stop, kill, restart, resume, copy, update, `wake`). Naps already: no effect, the
   * same answer. Health probes rest. It survives the daemon: one that napped when the daemon died naps or is awake after its start, and answers.
   * Events `nap` and `wake` say what it gave back, how long it slept (`sleptMs`), how long waking took (`wakeMs`) and why (`cause`).
   * Closing the engine wakes all, since nobody would listen for packets.
   * Rejects with `conflict` when it does not run, was paused by hand, runs a command of an exec, or has a terminal attached; `aborted` when it was wanted (or somebody waits for its
   * answer) while it fell asleep: it runs on; `unsupported` with the reason where the host has no freezer or no swap, and for one with the host's network, of which no packet is known.
   */
  nap(id: string): Promise<ContainerNap>
  /**
   * Writes its processes to disk with CRIU and ends them (feature `hibernate`): nothing of it is left in memory or swap. Runs or naps before. Its addresses, published ports and
   * names stay: the first packet restores it as it was, and so does every operation that needs its processes (as with `nap`, and `start`). `kill` with KILL throws away what
   * it had in memory: it is `exited` then; so does a forced remove. Hibernates already: no effect, the same answer. It survives daemon and host: one that hibernated before a reboot still does.
   * While the engine is closed nobody restores it. Events `hibernate` and `wake` (`sleptMs`, `wakeMs`, `cause`, `from: "hibernation"`).
   * Rejects as `nap` does, with `conflict` also when somebody outside has a connection with it, `disk_full` when its memory has no room on disk, `unsupported` with the reason where
   * CRIU is not to be had, and for containers with a terminal, rights of the host (privileged), namespaces of the host or of others, time offsets in a user namespace, or another OCI runtime than crun; `checkpoint_failed` with CRIU's reason. When anything fails it runs on.
   */
  hibernate(id: string): Promise<ContainerHibernation>
  /** Resolves when it runs. Neither naps nor hibernates: no effect (one paused by hand stays so). Rejects with `checkpoint_failed` when CRIU cannot restore it: it goes on hibernating. */
  wake(id: string, options?: { cause?: WakeCause }): Promise<{ sleptMs: number; wakeMs: number }>
  /**
   * Takes back up to `bytes` of memory that it does not need just now (feature `reclaim`): file cache, and with swap what lies idle, never what is guaranteed
   * to it. It keeps running. Resolves with resident bytes before and after, which may be the same. Rejects with `conflict` when it does not run, `unsupported`.
   * (v2 memory.reclaim; v1 lowers its limit for a moment and puts it back)
   */
  reclaim(id: string, bytes: number): Promise<{ beforeBytes: number; afterBytes: number }>
  rename(id: string, name: string): Promise<void>
  /** Resolving means that it is not there. Running and not `force`: `conflict`. */
  remove(id: string, options?: { force?: boolean; removeVolumes?: boolean }): Promise<void>
  /** `not-running`: at once when it is not running. `next-exit`: the coming exit. `removed`: until it is gone. */
  wait(id: string, options?: { condition?: "not-running" | "next-exit" | "removed"; signal?: AbortSignal }): Promise<ExitStatus>
  list(options?: ListContainersOptions): Promise<ContainerSummary[]>
  inspect(id: string): Promise<ContainerInspect>
  logs(id: string, options?: LogOptions): AsyncIterable<LogLine>
  attach(id: string, options?: { stdin?: boolean; signal?: AbortSignal }): Promise<StdioSession>
  exec(id: string, spec: ExecSpec, options?: { signal?: AbortSignal }): Promise<ExecSession>
  /** Joins an exec session that is still running, after the connection or the daemon was lost. */
  attachExec(execId: string): Promise<ExecSession>
  inspectExec(execId: string): Promise<ExecInspect>
  top(id: string): Promise<ProcessInfo[]>
  diff(id: string): Promise<FilesystemChange[]>
  /** Tar of a path. Its top entry is the path's last name, as `docker cp` has it. Links are not followed out of the root. */
  copyOut(id: string, path: string): Promise<{ stat: PathStat; tar: Readable }>
  /** Unpacks a tar below a directory that exists in the container; never writes outside of its root. */
  copyIn(id: string, path: string, tar: Readable): Promise<void>
  statPath(id: string, path: string): Promise<PathStat>
  listDirectory(id: string, path: string): Promise<PathStat[]>
  /** The writable layer as a new layer over the container's image. Paused while it is read unless `pause: false`. */
  commit(
    id: string,
    options?: { reference?: string; author?: string; comment?: string; pause?: boolean; config?: Partial<ImageConfig> },
  ): Promise<ImageSummary>
  /** Changes while it runs. `null` lifts a limit. All or nothing. */
  update(
    id: string,
    change: { limits?: { [K in keyof ResourceLimits]?: ResourceLimits[K] | null }; restartPolicy?: RestartPolicy },
  ): Promise<ContainerInspect>
  /**
   * Grows the disk of a container that was made with `diskBytes`, while it runs. Rejects with `invalid_argument` for less than it has, `conflict`
   * for one without, `disk_full`, `disk_corrupt`.
   */
  resizeDisk(id: string, sizeBytes: number): Promise<ContainerInspect>
  /** Gives back to the host what its disk does not use any more, while it runs. Rejects with `conflict` for one without. */
  compactDisk(id: string): Promise<DiskCompaction>
  /** Everything as it is now. */
  stats(id: string): Promise<ContainerStats>
  /**
   * One sample of all running containers, read with as few system calls as possible. CPU time, charged memory and traffic are those of now. Of a container in
   * which nothing ran and whose charge stands still the rest is at most ten seconds old, but for I/O, waits and throttling that go on. Of any other: limits, waits
   * that are over or last for microseconds, and what a charge that stands still is made of, at most ten seconds; waits that go on, at most two seconds older than
   * the kernel's own sums, which it makes every two seconds; user and system time at most a tick behind; the rest is that of the last 100 ms.
   */
  statsAll(): Promise<ContainerStats[]>
  namespaces(id: string): Promise<NamespaceReport>
  /** From the engine's root down to the container's inner groups. */
  cgroupTree(id: string): Promise<CgroupNode[]>
}

// ── images ─────────────────────────────────────────────────────────────────────────────────────────────────────────

/** As OCI image-spec config.md, in our spelling. */
export interface ImageConfig {
  user: string
  exposedPorts: string[]
  environment: string[]
  entrypoint: string[]
  command: string[]
  volumes: string[]
  workingDirectory: string
  labels: Record<string, string>
  stopSignal?: string
  healthCheck?: HealthCheck
}

export interface ImageSummary {
  /** Digest of the image's configuration: `sha256:…`. */
  id: string
  /** Manifest digest. */
  digest: string
  /** Normalised references (`docker.io/library/alpine:3`). Empty: dangling. */
  references: string[]
  createdAt: number
  /** Unpacked bytes of all layers. */
  sizeBytes: number
  /** Of these, in layers that another image uses too. */
  sharedBytes: number
  platform: string
  labels: Record<string, string>
  /** Ids of containers made from it. */
  usedBy: string[]
}

export interface ImageLayer {
  /** Digest of the compressed blob. */
  digest: string
  diffId: string
  mediaType: string
  compressedBytes: number
  unpackedBytes: number
}

export interface ImageInspect extends ImageSummary {
  config: ImageConfig
  author?: string
  layers: ImageLayer[]
  history: { createdAt?: number; createdBy?: string; comment?: string; emptyLayer: boolean; layerDigest?: string; sizeBytes: number }[]
}

/** One blob of a transfer. `present`: the receiving side had it already; nothing is sent. */
export interface TransferLayer {
  /** Of the blob. A Docker Engine tells its first twelve digits only (in a push: of the unpacked layer). */
  digest: string
  /** Compressed bytes. */
  sizeBytes: number
  doneBytes: number
  state: "waiting" | "transferring" | "unpacking" | "present" | "done"
}

/** How far a pull or a push is: each report is the whole picture, so that a reader may skip any but the last. */
export interface TransferProgress {
  /** Normalised. */
  reference: string
  phase: "resolving" | "transferring" | "finishing"
  /** From bottom to top; empty while `resolving`. */
  layers: TransferLayer[]
  /** Sums of `layers`. */
  doneBytes: number
  sizeBytes: number
}

export interface TransferOptions {
  /** For this registry and its token service; sent to nobody else, and not kept. */
  credentials?: RegistryCredentials
  /** Called when a layer's state changes, and at most five times a second while bytes flow. */
  onProgress?: (progress: TransferProgress) => void
  signal?: AbortSignal
}

export interface GarbageReport {
  dryRun: boolean
  /** Images without a name that no container was made from. */
  images: { id: string; sizeBytes: number }[]
  /** Compressed content that no image needs. */
  blobs: { digest: string; sizeBytes: number }[]
  /** Unpacked layers that no image needs. */
  layers: { diffId: string; sizeBytes: number }[]
  /** Blobs and layers together. */
  reclaimedBytes: number
}

export interface ImageApi {
  list(): Promise<ImageSummary[]>
  /** By reference, id, or unique id prefix (≥ 4 hexadecimal digits). `image_not_found` else. */
  inspect(reference: string): Promise<ImageInspect>
  /** Reads an OCI layout tar, an OCI archive or a `docker save` tar (told by content); gzip or zstd around it is undone. All images in it. */
  load(archive: Readable, options?: { signal?: AbortSignal }): Promise<ImageSummary[]>
  /** A root file system tar becomes a one-layer image. */
  importRootfs(
    tar: Readable,
    options: { reference: string; config?: Partial<ImageConfig>; comment?: string; signal?: AbortSignal },
  ): Promise<ImageSummary>
  /** A tar that `load`, `docker load` and `skopeo` read. */
  save(references: string[], options?: { format?: "oci" | "docker"; signal?: AbortSignal }): Promise<Readable>
  tag(reference: string, newReference: string): Promise<void>
  /** Removes a reference; the last one removes the image and what only it used. */
  remove(reference: string, options?: { force?: boolean }): Promise<{ untagged: string[]; deleted: string[] }>
  /**
   * Gets an image from its registry and gives it the reference; of an image for several platforms the one for `platform` (`os/architecture[/variant]`;
   * default: this host's). What is here already is not fetched again, and pulls at the same time share their downloads. A line that breaks is taken up
   * where it broke. Aborted: nothing of it stays; broken for good: what came whole stays for garbage collection's grace time, for another try.
   * Rejects with `image_not_found`, `registry_refused`, `registry_unavailable`, `registry_invalid`, `digest_mismatch`, `unsupported` (no such platform),
   * `archive_invalid`, `archive_unsafe`, `disk_full`, `aborted`. (distribution-spec, "Pull")
   */
  pull(reference: string, options?: TransferOptions & { platform?: string }): Promise<ImageSummary>
  /**
   * Sends an image to the registry of `to` (default: of the reference itself). Layers that the registry has are not sent. Resolves with the
   * digest of the manifest once the registry has it. Rejects with `image_not_found` and as `pull`. (distribution-spec, "Push")
   */
  push(reference: string, options?: TransferOptions & { to?: string }): Promise<{ digest: string }>
  /**
   * Removes images without a name that no container uses, and blobs and layers that no image needs; with `dryRun` it only says what would go.
   * What an operation under way uses stays, and what came here less than `graceMs` ago (default an hour). A crash in its middle harms nothing.
   */
  collectGarbage(options?: { dryRun?: boolean; graceMs?: number }): Promise<GarbageReport>
}

// ── networks, volumes, tenants ─────────────────────────────────────────────────────────────────────────────────────

export interface NetworkSummary {
  id: string
  name: string
  tenant: string
  driver: "bridge" | "host" | "none"
  subnet?: string
  gateway?: string
  bridge?: string
  internal: boolean
  createdAt: number
  labels: Record<string, string>
  containers: { id: string; name: string; address: string }[]
}

export interface NetworkApi {
  list(): Promise<NetworkSummary[]>
  inspect(name: string): Promise<NetworkSummary>
  /**
   * Makes a network of the tenant (feature `tenant-networks`): a bridge and a subnet of its own, on which its containers resolve each other by name.
   * Nothing passes between tenants, nor from containers to the host's own services and to link-local addresses. `subnet` absent: a free one.
   * `internal`: no way out of it. Rejects with `name_in_use`, `conflict` for a subnet that overlaps another or one of the host's, `unsupported`.
   */
  create(options: {
    name: string
    tenant?: string
    subnet?: string
    internal?: boolean
    labels?: Record<string, string>
  }): Promise<NetworkSummary>
  /** Rejects with `network_in_use` while a container is attached, `conflict` for the built-in ones. */
  remove(name: string): Promise<void>
  /**
   * Attaches a container to one more network of its tenant, also while it runs: it has a new interface at once, and keeps it over restarts.
   * Rejects with `conflict` when it is attached already or shares another's network namespace, `not_found` for another tenant's.
   */
  connect(name: string, container: string, options?: { address?: string; aliases?: string[] }): Promise<NetworkAttachment>
  /** Takes it off again, also while it runs. Not attached: `not_found`. */
  disconnect(name: string, container: string): Promise<void>
}

export interface VolumeSummary {
  name: string
  tenant: string
  createdAt: number
  hostPath: string
  labels: Record<string, string>
  limit: DiskLimit
  /** Bytes used; -1 when it was not measured. */
  usedBytes: number
  usedBy: string[]
}

/**
 * What bounds a volume or a container's writable layer. `none`: nothing, it may fill the host's disk. `disk`: it is a file system of its own of `sizeBytes` (what is promised;
 * some of it is for the file system itself), in a file that takes `allocatedBytes` of the host's disk now.
 */
export type DiskLimit = { kind: "none" } | { kind: "disk"; sizeBytes: number; allocatedBytes: number }

/** Bytes that a disk takes of the host's, before and after. */
export interface DiskCompaction {
  beforeBytes: number
  afterBytes: number
}

export interface VolumeApi {
  /** Of one tenant, or all. */
  list(options?: { tenant?: string }): Promise<VolumeSummary[]>
  inspect(name: string): Promise<VolumeSummary>
  /**
   * Idempotent for the same name, tenant and size. With `sizeBytes` (16 MiB to 8 TiB, rounded up to 4 KiB; feature `volume-limits`) it cannot
   * take more of the host's disk, whoever writes to it; without, it has no limit.
   */
  create(options: { name: string; tenant?: string; labels?: Record<string, string>; sizeBytes?: number }): Promise<VolumeSummary>
  /**
   * Grows a volume that has a limit, while containers use it. The same size again finishes a growth that was cut off. Rejects with
   * `invalid_argument` for less than it has, `conflict` for a volume without a limit, `disk_full`, `disk_corrupt`.
   */
  resize(name: string, sizeBytes: number): Promise<VolumeSummary>
  /** Gives back to the host the blocks that a volume with a limit does not use any more, while containers use it. Rejects with `conflict` for one without. */
  compact(name: string): Promise<DiskCompaction>
  remove(name: string, options?: { force?: boolean }): Promise<void>
}

export interface TenantSummary {
  name: string
  uidBase: number
  idCount: number
  limits: ResourceLimits
  /** Of the sum of its containers, each direction; absent: no limit. */
  networkBytesPerSecond?: number
  cgroupPath: string
}

/** The engine's view of a tenant: a cgroup and an id range. Customers, plans and members are the server's. */
export interface TenantApi {
  list(): Promise<TenantSummary[]>
  /** Limits of the sum of its containers; makes the tenant when unknown. */
  setLimits(tenant: string, limits: ResourceLimits): Promise<TenantSummary>
  /**
   * Rate of what its containers in sum send out of, and of what they get into, the networks of the tenant (feature `network-rates`), while they run.
   * `undefined` lifts it. Rejects with `unsupported`.
   */
  setNetworkRate(tenant: string, bytesPerSecond: number | undefined): Promise<TenantSummary>
  /** Rejects with `conflict` while it has containers or volumes. */
  remove(tenant: string): Promise<void>
}

// ── events ─────────────────────────────────────────────────────────────────────────────────────────────────────────

export type EngineEventAction =
  | "create"
  | "start"
  | "exit"
  | "oom"
  | "stop"
  | "kill"
  | "restart"
  | "pause"
  | "resume"
  | "nap"
  | "hibernate"
  | "wake"
  | "reclaim"
  | "rename"
  | "remove"
  | "update"
  | "health"
  | "exec-start"
  | "exec-exit"
  | "attach"
  | "commit"
  | "copy-in"
  | "load"
  | "import"
  | "tag"
  | "untag"
  | "delete"
  | "pull"
  | "push"
  | "collect"
  | "resize"
  | "compact"
  | "connect"
  | "disconnect"
  | "reconcile"

export interface EngineEvent {
  /** Grows by at least one with each event, for ever, across restarts. */
  cursor: number
  at: number
  kind: "container" | "image" | "network" | "volume" | "tenant" | "engine"
  action: EngineEventAction
  /** Id of the object. */
  id: string
  name: string
  tenant: string
  /** `exitCode`, `signal`, `image`, `oldName`, `healthStatus`, … as strings. */
  attributes: Record<string, string>
}
