import type { OciRuntimeInfo } from "../engine.js"
import type { CgroupHandles } from "./cgroup-handles.js"
import type { ContainerStore } from "./container-store.js"
import type { EngineContext } from "./engine-context.js"
import type { Hibernations } from "./hibernations.js"
import type { KeyedQueue } from "./keyed-queue.js"
import type { Naps } from "./naps.js"
import type { Reclaims } from "./reclaims.js"
import type { RestartTimers } from "./restart-timers.js"
import type { RootfsMounts } from "./rootfs-mounts.js"
import type { RunWatch } from "./run-watch.js"
import type { TenantStore } from "./tenants/tenant-store.js"

/** What the lifecycle's use cases share beyond `EngineContext`. */
export interface LifecycleContext extends EngineContext {
  readonly containers: ContainerStore
  readonly tenants: TenantStore
  /** Operations on one container, one after the other. */
  readonly queue: KeyedQueue
  readonly runs: RunWatch
  readonly naps: Naps
  readonly hibernations: Hibernations
  readonly reclaims: Reclaims
  /** Cgroups of containers that exist, by container. */
  readonly groups: CgroupHandles
  readonly restarts: RestartTimers
  readonly rootfs: RootfsMounts
  readonly followUps: FollowUps
  readonly bootId: string
  /** The host's OCI runtimes; the first that works is for containers that name none. */
  readonly ociRuntimes: readonly OciRuntimeInfo[]
}

/** Operations that follow by themselves. They are queued behind what calls for them, and nobody waits for them. */
export interface FollowUps {
  /** The restart policy's pause is over. */
  restart(containerId: string): void
  /** The host was booted and its policy wants it to run. */
  startAfterReboot(containerId: string): void
  /** It exited and is to be removed then. */
  remove(containerId: string): void
}

/** Last bounds of a start's and a stop's steps; the drivers have tighter ones of their own. */
export const stepDeadlineMs = {
  snapshot: 60_000,
  cgroup: 10_000,
  network: 30_000,
  volumes: 120_000,
  sandbox: 60_000,
  files: 10_000,
  kill: 10_000,
} as const
