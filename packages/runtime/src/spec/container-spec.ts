import type { ResourceLimits } from "./limits.js"

export type RestartPolicy =
  | { kind: "no" }
  /** `maximumRetries` 0: without bound. */
  | { kind: "on-failure"; maximumRetries: number }
  | { kind: "always" }
  | { kind: "unless-stopped" }

/** As Docker's HEALTHCHECK. Durations in milliseconds. */
export interface HealthCheck {
  /** Argument array; a shell form is `["/bin/sh","-c", …]`. */
  command: string[]
  intervalMs: number
  timeoutMs: number
  startPeriodMs: number
  retries: number
}

export type MountSpec =
  /** A named volume of the same tenant; created when absent. */
  | { kind: "volume"; volume: string; target: string; readOnly?: boolean }
  /** A host path: operator only. */
  | { kind: "bind"; source: string; target: string; readOnly?: boolean; propagation?: "private" | "rprivate" | "rslave" | "rshared" }
  | { kind: "tmpfs"; target: string; sizeBytes?: number; mode?: number }

export interface PortMapping {
  containerPort: number
  protocol: "tcp" | "udp"
  /** Absent: the engine picks a free one from 32768–60999. */
  hostPort?: number
  /** Address on the host to publish at; default 0.0.0.0. */
  hostAddress?: string
}

export type NetworkMode =
  | { kind: "none" }
  /** The host's own network namespace: operator only. */
  | { kind: "host" }
  /** Named network, default `bridge`. */
  | { kind: "network"; network: string; address?: string; aliases?: string[] }
  /** Share another container's network namespace (a pod). */
  | { kind: "container"; container: string }

/** Namespaces that may be shared: the container's own, another container's (a pod), or (operator only) the host's. */
export type NamespaceMode = { kind: "private" } | { kind: "container"; container: string } | { kind: "host" }

export interface Ulimit {
  /** Without `RLIMIT_`, lower case: `nofile`, `nproc`, `core`, … */
  name: string
  soft: number
  hard: number
}

/**
 * What a caller asks for. The engine fills what is absent from the image's configuration and from its defaults, and
 * keeps the result; `inspect` shows both.
 */
export interface ContainerSpec {
  /** 1–128 of `[a-zA-Z0-9_.-]`, beginning with a letter or digit; unique among the tenant's (of a Docker Engine: in the engine). Absent: generated. */
  name?: string
  /** Image reference, or `sha256:…` image id. */
  image: string
  /** Who owns it: 1–63 of `[a-z0-9-]`. Default `operator`. Decides the parent cgroup and the range of host user ids. */
  tenant?: string
  /** Overrides the image's entrypoint; `[]` removes it. */
  entrypoint?: string[]
  /** Overrides the image's command. */
  command?: string[]
  /** `NAME=value`, added to the image's. */
  environment?: string[]
  workingDirectory?: string
  /** `user`, `user:group`, `uid`, `uid:gid`. */
  user?: string
  hostname?: string
  domainname?: string
  labels?: Record<string, string>
  terminal?: boolean
  /** Keep standard input open for attach. */
  openStdin?: boolean
  limits?: ResourceLimits
  mounts?: MountSpec[]
  network?: NetworkMode
  ports?: PortMapping[]
  dns?: string[]
  extraHosts?: Record<string, string>
  /** A read-only root file system. */
  readOnlyRoot?: boolean
  /** An init as pid 1 that reaps zombies and forwards signals. Default true. */
  init?: boolean
  restartPolicy?: RestartPolicy
  /** `null` switches the image's off. */
  healthCheck?: HealthCheck | null
  stopSignal?: string
  stopTimeoutMs?: number
  capabilitiesAdd?: string[]
  capabilitiesDrop?: string[]
  seccomp?: "default" | "unconfined" | { profileJson: string }
  noNewPrivileges?: boolean
  /** Operator only: all capabilities, no masks, all devices. */
  privileged?: boolean
  ulimits?: Ulimit[]
  /** Only namespaced ones: `net.*`, `kernel.msg*`, `kernel.sem`, `kernel.shm*`, `fs.mqueue.*`. */
  sysctls?: Record<string, string>
  /** `private` (default): a user namespace with the tenant's id range; `host`: operator only. */
  userNamespace?: { kind: "private" } | { kind: "host" }
  pidNamespace?: NamespaceMode
  ipcNamespace?: NamespaceMode
  utsNamespace?: NamespaceMode
  /** Offsets of the time namespace, in whole seconds. */
  timeOffsets?: { monotonicSeconds?: number; boottimeSeconds?: number }
  /** Bytes of /dev/shm; default 64 MiB. */
  shmSizeBytes?: number
  /**
   * Size of a disk of its own for what the container writes (its writable layer): 16 MiB to 8 TiB, rounded up to 4 KiB; feature `disk-limits`.
   * Absent: no limit, it may fill the host's disk.
   */
  diskBytes?: number
  /**
   * Size of each volume that is made for this container because it is not there yet, those of the image's `VOLUME`s too: as `diskBytes`; feature
   * `volume-limits`. Absent: they have no limit.
   */
  volumeBytes?: number
  /** OCI runtime by name (`crun`, `runc`, `runsc`); default: the first that the probe accepted. */
  ociRuntime?: string
  /** Remove when it exits. */
  autoRemove?: boolean
  /** Size at which a log file is rotated, and how many are kept. Defaults 16 MiB, 4. */
  log?: { maxBytes?: number; maxFiles?: number }
}
