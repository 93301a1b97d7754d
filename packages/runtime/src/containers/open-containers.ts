import type { ContainerApi, NetworkAttachment, NetworkSummary, OciRuntimeInfo } from "../engine.js"
import { CgroupHandles } from "./cgroup-handles.js"
import { connectNetwork, disconnectNetwork } from "./connect-network.js"
import { createContainerApi } from "./container-api.js"
import type { ContainerRecord } from "./container-record.js"
import { checkOomKills } from "./container-stats.js"
import type { ContainerStore } from "./container-store.js"
import { healthChanged } from "./container-transitions.js"
import { endRun } from "./end-run.js"
import type { EngineContext, HealthMonitor } from "./engine-context.js"
import { endUnwatched } from "./exec-container.js"
import { createHealthMonitor } from "./health/health-monitor.js"
import { Hibernations } from "./hibernations.js"
import { inBackground } from "./in-background.js"
import { KeyedQueue } from "./keyed-queue.js"
import type { FollowUps, LifecycleContext } from "./lifecycle-context.js"
import { Naps } from "./naps.js"
import { Reclaims } from "./reclaims.js"
import { type Reconciliation, reconcile } from "./reconcile.js"
import { removeContainer } from "./remove-container.js"
import { RestartTimers } from "./restart-timers.js"
import { RootfsMounts } from "./rootfs-mounts.js"
import { RunWatch } from "./run-watch.js"
import { startContainer } from "./start-container.js"
import type { TenantStore } from "./tenants/tenant-store.js"
import { settleLimits } from "./update-container.js"

export interface OpenContainersOptions extends Omit<EngineContext, "containers" | "health"> {
  readonly containers: ContainerStore
  readonly tenants: TenantStore
  readonly bootId: string
  readonly ociRuntimes: readonly OciRuntimeInfo[]
  readonly unfinishedRemovals: readonly ContainerRecord[]
}

export interface OpenContainers {
  readonly api: ContainerApi
  /** `NetworkApi.connect` and `disconnect`, with the network found already. */
  readonly connections: ContainerConnections
  readonly reconciliation: Reconciliation
  /** Stops watching; operations under way are waited for. Containers go on running. */
  close(): Promise<void>
}

export interface ContainerConnections {
  connect(network: NetworkSummary, container: string, options: { address?: string; aliases?: string[] }): Promise<NetworkAttachment>
  disconnect(network: NetworkSummary, container: string): Promise<void>
}

const LOOK_INTERVAL_MS = 5000
const CLOSE_GRACE_MS = 15_000

/** Brings the containers to life again after the daemon was away, and offers their methods. */
export async function openContainers(options: OpenContainersOptions): Promise<OpenContainers> {
  const { containers, report, clock, sandbox, snapshots, paths } = options
  const queue = new KeyedQueue()
  const closing = new AbortController()
  const inQueue = (id: string, failure: string, work: () => Promise<void>): void => {
    if (!closing.signal.aborted) inBackground(report, failure, () => queue.run(id, work))
  }
  const followUps: FollowUps = {
    restart: (id) => inQueue(id, "the restart policy could not start a container", () => startContainer(context, id, true)),
    startAfterReboot: (id) => inQueue(id, "a container could not be started after the reboot", () => startContainer(context, id)),
    // Takes its own place in the queue.
    remove: (id) =>
      inBackground(report, "an exited container could not be removed", () =>
        removeContainer(context, id, { force: false, removeVolumes: true }),
      ),
  }
  // Looked up in the queue: a stop or restart before it may have dealt with this end, and begun another run.
  const onRunEnd = (id: string): void =>
    inQueue(id, "the end of a run could not be dealt with", async () => {
      const exit = runs.exitOf(id)
      if (exit !== undefined) await endRun(context, id, exit)
    })
  const onExecEnd = (id: string, exit: { exitCode: number }): void =>
    inBackground(report, "the end of a command could not be recorded", () => endUnwatched(context, id, exit.exitCode))
  const runs = new RunWatch({ clock, sandbox, report, onRunEnd, onOtherExit: onExecEnd })
  const health: HealthMonitor = createHealthMonitor(options, (id, state) =>
    inBackground(report, "a container's health could not be recorded", () =>
      containers.update(id, (record) => healthChanged(record, state), { sync: "soon" }),
    ),
  )
  const groups = new CgroupHandles(options.cgroups)
  const context: LifecycleContext = {
    ...options,
    queue,
    runs,
    health,
    followUps,
    groups,
    restarts: new RestartTimers(clock),
    rootfs: new RootfsMounts(snapshots, paths),
    naps: new Naps({ ...options, health, groups, restore: (id, cause) => context.hibernations.restore(id, cause) }),
    hibernations: new Hibernations(() => context),
    reclaims: new Reclaims(),
  }
  // Its links change, and with them what is listened to.
  const awakeInQueue = async <T>(id: string, work: () => Promise<T>): Promise<T> => {
    using _held = context.naps.hold(id)
    await context.naps.wake(id, "update")
    return await queue.run(id, work)
  }
  const reconciliation = await reconcile(context, options.unfinishedRemovals)
  void lookAfter(context, closing.signal, (id) =>
    inQueue(id, "a container's limits could not be put back; trying again", () => settleLimits(context, id)),
  )
  return {
    api: createContainerApi(context),
    connections: {
      connect: (network, reference, options) => {
        const { id } = containers.find(reference)
        return awakeInQueue(id, () => connectNetwork(context, id, network, options))
      },
      disconnect: (network, reference) => {
        const { id } = containers.find(reference)
        return awakeInQueue(id, () => disconnectNetwork(context, id, network))
      },
    },
    reconciliation,
    close: async () => {
      closing.abort()
      context.restarts.close()
      runs.close()
      health.close()
      context.hibernations.close()
      context.naps.interruptAll()
      context.reclaims.interruptAll()
      // A stop may wait long for its grace: the next start finds it as after a crash.
      await Promise.race([queue.idle(), clock.sleep(CLOSE_GRACE_MS)])
      await context.naps.close()
      context.groups.close()
    },
  }
}

/** What nobody tells of: kills by the OOM killer; and limits that the kernel would not take back when an update of them failed. */
async function lookAfter(context: LifecycleContext, signal: AbortSignal, settle: (id: string) => void): Promise<void> {
  while (!signal.aborted) {
    try {
      await context.clock.sleep(LOOK_INTERVAL_MS, signal)
      for (const { id, limitsInDoubt } of context.containers.all()) if (limitsInDoubt) settle(id)
      checkOomKills(context)
    } catch (error) {
      if (!signal.aborted) context.report.error("looking after running containers failed", { error })
    }
  }
}
