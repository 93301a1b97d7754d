import type { ContainerApi, ContainerSummary, ListContainersOptions } from "../../engine.js"
import { EngineError } from "../../errors.js"
import type { DockerContext } from "../docker-context.js"
import { tenantOf } from "../labels.js"
import type { SharedStdio } from "../streams/shared-stdio.js"
import { mapBounded } from "../turn-queue.js"
import type { WireContainer } from "../wire.js"
import { attachContainer } from "./attach-container.js"
import { commitContainer } from "./commit-container.js"
import { filesApi } from "./container-files.js"
import { localPid, StatsReader } from "./container-stats.js"
import { describe, summarise } from "./container-view.js"
import { createContainer } from "./create-container.js"
import { ExecSessions } from "./exec-sessions.js"
import { findContainer, findContainerIfThere, isLive, listRows } from "./find-container.js"
import { lifecycleApi } from "./lifecycle.js"
import { readLogs } from "./read-logs.js"
import { removeContainer } from "./remove-container.js"
import { updateContainer } from "./update-container.js"
import { waitContainer } from "./wait-container.js"

const atOnce = 16

export function containerApi(context: DockerContext): { api: ContainerApi; close(): void } {
  const execs = new ExecSessions(context)
  const stats = new StatsReader(context)
  const connections = new Set<SharedStdio>()
  const inspect = async (id: string): ReturnType<ContainerApi["inspect"]> => {
    const wire = withFailedStart(context, await findContainer(context, id, { size: true }))
    const [daemon, image, pausedAt] = await Promise.all([
      context.daemon.facts(),
      context.images.ofContainer(wire),
      pausedSince(context, wire),
    ])
    return describe(wire, { daemon, image, ...(pausedAt === undefined ? {} : { pausedAt }) })
  }
  const api: ContainerApi = {
    ...lifecycleApi(context),
    ...filesApi(context),
    inspect,
    create: async (spec) => inspect(await createContainer(context, spec)),
    remove: (id, options) => removeContainer(context, id, options),
    wait: (id, options) => waitContainer(context, id, options),
    list: (options = {}) => listContainers(context, options),
    logs: (id, options) => readLogs(context, id, options),
    attach: (id, options) => attachContainer({ ...context, connections }, id, options),
    exec: (id, spec, options) => execs.exec(id, spec, options),
    attachExec: (execId) => execs.join(execId),
    inspectExec: (execId) => execs.inspect(execId),
    commit: async (id, options) => context.images.summary(await commitContainer(context, id, options)),
    nap: noNaps,
    hibernate: noNaps,
    wake: noNaps,
    reclaim: noNaps,
    resizeDisk: async (id) => {
      throw noDiskLimits(id)
    },
    compactDisk: async (id) => {
      throw noDiskLimits(id)
    },
    update: async (id, change) => inspect(await updateContainer({ ...context, stats }, id, change)),
    stats: (id) => stats.one(id),
    statsAll: () => stats.all(),
    top: async (id) => {
      const { kernel, pid } = await inKernel(context, id, "see its processes")
      return kernel.processes(pid)
    },
    namespaces: async (id) => {
      const { kernel, pid, containerId } = await inKernel(context, id, "see its namespaces")
      return kernel.namespaces(pid, await otherPids(context, containerId))
    },
    cgroupTree: async (id) => {
      const { kernel, pid } = await inKernel(context, id, "see its cgroup")
      return kernel.cgroupTree(pid)
    },
  }
  return {
    api,
    close: () => {
      execs.close()
      for (const connection of connections) connection.close()
    },
  }
}

/** Docker's own list says little more than names: each row is asked for, some at a time. One that goes meanwhile is left out. */
async function listContainers(context: DockerContext, options: ListContainersOptions): Promise<ContainerSummary[]> {
  const rows = await listRows(context, options.labels === undefined || options.labels.length === 0 ? {} : { label: options.labels })
  const owned = rows.filter((row) => options.tenant === undefined || tenantOf(row.Labels) === options.tenant)
  const daemon = await context.daemon.facts()
  const found = await mapBounded(owned, atOnce, async (row) => {
    const found = await findContainerIfThere(context, row.Id)
    if (found === undefined) return undefined
    const wire = withFailedStart(context, found)
    return summarise(wire, daemon, await pausedSince(context, wire))
  })
  return found
    .filter((summary) => summary !== undefined)
    .filter((summary) => options.statuses?.includes(summary.state.status) ?? true)
    .sort((a, b) => b.createdAt - a.createdAt)
}

function withFailedStart({ failedStarts }: DockerContext, wire: WireContainer): WireContainer {
  const failed = failedStarts.get(wire.Id)
  if (failed === undefined || wire.State?.Status !== "created") return wire
  const { exitCode, error, at } = failed
  return { ...wire, State: { ...wire.State, ExitCode: exitCode, Error: error, FinishedAt: new Date(at).toISOString() } }
}

// Docker does not say since when; its events do, as long as it keeps them.
async function pausedSince(context: DockerContext, wire: WireContainer): Promise<number | undefined> {
  return wire.State?.Status === "paused" ? context.events.lastAt("pause", wire.Id) : undefined
}

async function inKernel(
  context: DockerContext,
  id: string,
  purpose: string,
): Promise<{ kernel: NonNullable<Awaited<ReturnType<DockerContext["daemon"]["facts"]>>["kernel"]>; pid: number; containerId: string }> {
  const { kernel } = await context.daemon.facts()
  if (kernel !== undefined) {
    const { wire, pid } = await localPid(context, id, purpose)
    if (pid !== undefined) return { kernel, pid, containerId: wire.Id }
  }
  throw new EngineError("unsupported", {
    facts: { id, purpose },
    publicMessage: `To ${purpose}, the kernel that the container runs on must be read, and this Docker Engine is not on this host.`,
  })
}

async function otherPids(context: DockerContext, id: string): Promise<{ id: string; pid: number }[]> {
  const rows = (await listRows(context, { status: ["running", "paused"] })).filter((row) => row.Id !== id)
  const wires = await mapBounded(rows, atOnce, (row) => findContainerIfThere(context, row.Id))
  return wires.flatMap((wire) => (wire !== undefined && isLive(wire) ? [{ id: wire.Id, pid: wire.State?.Pid ?? 0 }] : []))
}

async function noNaps(container: string): Promise<never> {
  throw new EngineError("unsupported", {
    facts: { container: container.slice(0, 200) },
    publicMessage:
      "A Docker Engine can neither take memory back from its containers nor let them nap or hibernate. Use the embedded engine for that.",
  })
}

function noDiskLimits(container: string): EngineError {
  return new EngineError("unsupported", {
    facts: { container: container.slice(0, 200) },
    publicMessage: "A Docker Engine's containers have no disks of their own. Use the embedded engine for limits of disk space.",
  })
}
