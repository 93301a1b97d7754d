import { constants } from "node:os"
import type { ContainerApi, WakeCause } from "../engine.js"
import { parseSignal } from "../spec/signals.js"
import { attachContainer } from "./attach-container.js"
import { commitContainer } from "./commit-container.js"
import { compactDisk, resizeDisk } from "./container-disk.js"
import { copyIn, copyOut, listDirectory, statPath } from "./container-files.js"
import { containerNamespaces } from "./container-namespaces.js"
import { allStats, containerStats } from "./container-stats.js"
import { inspectContainer, listContainers } from "./container-view.js"
import { createContainer } from "./create-container.js"
import { attachExec, execContainer, inspectExec } from "./exec-container.js"
import { hibernateContainer } from "./hibernate-container.js"
import { killContainer, runningContainer } from "./kill-container.js"
import type { LifecycleContext } from "./lifecycle-context.js"
import { napContainer } from "./nap-container.js"
import { pauseContainer, resumeContainer } from "./pause-container.js"
import { reclaimContainer } from "./reclaim-container.js"
import { removeContainer } from "./remove-container.js"
import { renameContainer } from "./rename-container.js"
import { restartContainer } from "./restart-container.js"
import { startContainer } from "./start-container.js"
import { stopContainer } from "./stop-container.js"
import { listProcesses } from "./top.js"
import { updateContainer } from "./update-container.js"
import { readUserFiles } from "./user-files.js"
import { waitContainer } from "./wait-container.js"

/** The containers' methods over the use cases of this room: which operation queues is decided here. */
export function createContainerApi(context: LifecycleContext): ContainerApi {
  const { containers } = context
  /** In the container's queue, by whatever reference it was called. */
  const queued = async <T>(reference: string, operation: (id: string) => Promise<T>): Promise<T> => {
    const { id } = containers.find(reference)
    context.reclaims.interrupt(id)
    return context.queue.run(id, () => operation(id))
  }
  /** Of an operation that needs its processes: a nap, also one under way, is over before it begins, and none begins before it is done. */
  const awake = async <T>(reference: string, cause: WakeCause, operation: (id: string) => Promise<T>): Promise<T> => {
    const { id } = containers.find(reference)
    using _held = context.naps.hold(id)
    await context.naps.wake(id, cause)
    return await operation(id)
  }
  const awakeInQueue = <T>(reference: string, cause: WakeCause, operation: (id: string) => Promise<T>): Promise<T> =>
    awake(reference, cause, (id) => queued(id, operation))
  /** KILL of one that hibernates: nothing has to be restored for it. */
  const givenUp = async (reference: string, signal = "SIGKILL"): Promise<boolean> => {
    if (containers.find(reference).state.status !== "hibernated" || parseSignal(signal) !== constants.signals.SIGKILL) return false
    return await queued(reference, async (id) => {
      if (containers.get(id)?.state.status !== "hibernated") return false
      await context.hibernations.giveUp(id)
      return true
    })
  }
  return {
    create: async (spec) => inspectContainer(context, await createContainer(context, spec)),
    // One that hibernates goes on instead of beginning anew.
    start: (reference) => awakeInQueue(reference, "request", (id) => startContainer(context, id)),
    stop: (reference, options) => awakeInQueue(reference, "stop", (id) => stopContainer(context, id, options)),
    kill: async (reference, options) => {
      if (await givenUp(reference, options?.signal)) return
      // What is being written to disk just now is not gone on with, so that nothing has to be restored.
      context.naps.interrupt(containers.find(reference).id, "kill")
      await awake(reference, "kill", (id) => killContainer(context, id, options))
    },
    restart: (reference, options = {}) => awakeInQueue(reference, "stop", (id) => restartContainer(context, id, options)),
    pause: (reference) => queued(reference, (id) => pauseContainer(context, id)),
    resume: async (reference) => {
      if (containers.find(reference).state.status === "hibernated") await context.naps.wake(containers.find(reference).id, "request")
      else await queued(reference, (id) => resumeContainer(context, id))
    },
    nap: (reference) => queued(reference, (id) => napContainer(context, id)),
    hibernate: (reference) => queued(reference, (id) => hibernateContainer(context, id)),
    wake: async (reference, { cause = "request" } = {}) => context.naps.wake(containers.find(reference).id, cause),
    reclaim: (reference, bytes) => queued(reference, (id) => reclaimContainer(context, id, bytes)),
    rename: (reference, name) => queued(reference, (id) => renameContainer(context, id, name)),
    remove: (reference, { force = false, removeVolumes = false } = {}) => removeContainer(context, reference, { force, removeVolumes }),
    wait: async (reference, options = {}) => waitContainer(containers, reference, options),
    list: async (options = {}) => listContainers(context, options),
    inspect: async (reference) => inspectContainer(context, containers.find(reference)),
    logs: (reference, options = {}) => {
      const { id } = containers.find(reference)
      return context.logs.read(id, options, containers.endOfRun(id))
    },
    attach: async (reference, options = {}) => {
      const { id, state } = containers.find(reference)
      if (state.status === "hibernated") await context.naps.wake(id, "attach")
      return await attachContainer(context, reference, options)
    },
    exec: (reference, spec, options) => awake(reference, "exec", (id) => execContainer(context, id, spec, options)),
    attachExec: async (execId) => awake(inspectExec(context, execId).containerId, "attach", () => attachExec(context, execId)),
    inspectExec: async (execId) => inspectExec(context, execId),
    top: async (reference) => {
      const { record } = runningContainer(context, reference, "see its processes")
      const [pids, { passwd }] = await Promise.all([
        context.groups.of(record).pids(),
        readUserFiles(context.files, context.paths.rootfs(record.id)),
      ])
      return listProcesses({ pids, passwd, idRange: record.idRange })
    },
    diff: async (reference) => context.snapshots.changes(containers.find(reference).id),
    copyOut: (reference, path) => awake(reference, "copy", (id) => copyOut(context, id, path)),
    copyIn: (reference, path, tar) => awake(reference, "copy", (id) => copyIn(context, id, path, tar)),
    statPath: (reference, path) => statPath(context, reference, path),
    listDirectory: (reference, path) => listDirectory(context, reference, path),
    commit: (reference, options = {}) => awakeInQueue(reference, "copy", (id) => commitContainer(context, id, options)),
    update: async (reference, change) => {
      await awakeInQueue(reference, "update", (id) => updateContainer(context, id, change))
      return inspectContainer(context, containers.find(reference))
    },
    resizeDisk: async (reference, sizeBytes) => {
      await queued(reference, (id) => resizeDisk(context, id, sizeBytes))
      return inspectContainer(context, containers.find(reference))
    },
    compactDisk: (reference) => queued(reference, (id) => compactDisk(context, id)),
    stats: async (reference) => containerStats(context, reference),
    statsAll: async () => allStats(context),
    namespaces: (reference) => containerNamespaces(context, reference),
    cgroupTree: async (reference) => context.groups.of(runningContainer(context, reference, "see its cgroups").record).tree(),
  }
}
