import type { ContainerApi } from "../engine.js"
import { EngineError } from "../errors.js"
import { attachContainer } from "./attach-container.js"
import { commitContainer } from "./commit-container.js"
import { compactDisk, resizeDisk } from "./container-disk.js"
import { copyIn, copyOut, listDirectory, statPath } from "./container-files.js"
import { containerNamespaces } from "./container-namespaces.js"
import { allStats, containerStats } from "./container-stats.js"
import { inspectContainer, listContainers } from "./container-view.js"
import { createContainer } from "./create-container.js"
import { attachExec, execContainer, inspectExec } from "./exec-container.js"
import { killContainer, runningContainer } from "./kill-container.js"
import type { LifecycleContext } from "./lifecycle-context.js"
import { pauseContainer, resumeContainer } from "./pause-container.js"
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
    return context.queue.run(id, () => operation(id))
  }
  return {
    create: async (spec) => inspectContainer(context, await createContainer(context, spec)),
    start: (reference) => queued(reference, (id) => startContainer(context, id)),
    stop: (reference, options) => queued(reference, (id) => stopContainer(context, id, options)),
    kill: (reference, options) => killContainer(context, reference, options),
    restart: (reference, options = {}) => queued(reference, (id) => restartContainer(context, id, options)),
    pause: (reference) => queued(reference, (id) => pauseContainer(context, id)),
    resume: (reference) => queued(reference, (id) => resumeContainer(context, id)),
    nap: noNaps,
    wake: noNaps,
    reclaim: noNaps,
    rename: (reference, name) => queued(reference, (id) => renameContainer(context, id, name)),
    remove: (reference, { force = false, removeVolumes = false } = {}) => removeContainer(context, reference, { force, removeVolumes }),
    wait: async (reference, options = {}) => waitContainer(containers, reference, options),
    list: async (options = {}) => listContainers(context, options),
    inspect: async (reference) => inspectContainer(context, containers.find(reference)),
    logs: (reference, options = {}) => {
      const { id } = containers.find(reference)
      return context.logs.read(id, options, containers.endOfRun(id))
    },
    attach: (reference, options = {}) => attachContainer(context, reference, options),
    exec: (reference, spec, options) => execContainer(context, reference, spec, options),
    attachExec: (execId) => attachExec(context, execId),
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
    copyOut: (reference, path) => copyOut(context, reference, path),
    copyIn: (reference, path, tar) => copyIn(context, reference, path, tar),
    statPath: (reference, path) => statPath(context, reference, path),
    listDirectory: (reference, path) => listDirectory(context, reference, path),
    commit: (reference, options = {}) => queued(reference, (id) => commitContainer(context, id, options)),
    update: async (reference, change) => {
      await queued(reference, (id) => updateContainer(context, id, change))
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

async function noNaps(): Promise<never> {
  throw new EngineError("unsupported")
}
