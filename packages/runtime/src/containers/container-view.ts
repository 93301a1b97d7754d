import type { ContainerInspect, ContainerSummary, DiskLimit, ListContainersOptions } from "../engine.js"
import { type ContainerRecord, publicState, runOf } from "./container-record.js"
import type { LifecycleContext } from "./lifecycle-context.js"

type ViewContext = Pick<LifecycleContext, "containers" | "health" | "groups" | "paths" | "volumes" | "snapshots">

/** A row of the list. */
export function summarize(context: Pick<LifecycleContext, "containers" | "health">, record: ContainerRecord): ContainerSummary {
  const diskBytes = record.diskBytes ?? record.spec.diskBytes
  return {
    id: record.id,
    name: record.name,
    tenant: record.tenant,
    image: record.spec.image,
    imageId: record.image.id,
    command: [...record.resolved.entrypoint, ...record.resolved.command],
    createdAt: record.createdAt,
    state: context.containers.isRemoving(record.id) ? { status: "removing" } : publicState(record.state),
    health: health(context, record).status,
    restartCount: record.restartCount,
    ports: runOf(record) === undefined && record.state.status !== "hibernated" ? [] : [...record.ports],
    networks: record.connections.map(({ attachment }) => attachment),
    labels: record.spec.labels ?? {},
    limits: record.limits,
    ...(diskBytes !== undefined && { diskBytes }),
    ...(record.state.status === "paused" && record.state.nap !== undefined && { nap: record.state.nap }),
    ...(record.state.status === "hibernated" && { hibernation: record.state.hibernation }),
    ...(record.resolved.ports.length > 0 && { portMappings: record.resolved.ports }),
  }
}

/** All that is known of a container. */
export async function inspectContainer(context: ViewContext, record: ContainerRecord): Promise<ContainerInspect> {
  return {
    ...summarize(context, record),
    spec: record.spec,
    resolved: { ...record.resolved, mounts: record.resolved.mounts.map((mount) => withHostPath(context, mount)) },
    healthLog: [...health(context, record).log],
    writableBytes:
      record.state.status === "dead" || context.containers.isRemoving(record.id) ? -1 : await context.snapshots.usage(record.id),
    disk: await diskOf(context, record),
    cgroupPath: context.groups.of(record).relativePath,
    userNamespace: record.idRange === undefined ? { kind: "host" } : { kind: "private", ...record.idRange },
    logPath: context.paths.logFile(record.id),
  }
}

async function diskOf({ snapshots, containers }: ViewContext, { id, state, spec }: ContainerRecord): Promise<DiskLimit> {
  const unknown = spec.diskBytes === undefined || state.status === "dead" || containers.isRemoving(id)
  const disk = unknown ? undefined : await snapshots.disk(id)
  return disk === undefined ? { kind: "none" } : { kind: "disk", ...disk }
}

/** Newest first. */
export function listContainers(
  context: Pick<LifecycleContext, "containers" | "health">,
  options: ListContainersOptions,
): ContainerSummary[] {
  return context.containers
    .all()
    .filter((record) => options.tenant === undefined || record.tenant === options.tenant)
    .map((record) => summarize(context, record))
    .filter((summary) => options.statuses?.includes(summary.state.status) ?? true)
    .filter((summary) => (options.labels ?? []).every((label) => hasLabel(summary.labels, label)))
    .sort((left, right) => right.createdAt - left.createdAt)
}

function hasLabel(labels: Record<string, string>, wanted: string): boolean {
  const equals = wanted.indexOf("=")
  if (equals < 0) return Object.hasOwn(labels, wanted)
  const name = wanted.slice(0, equals)
  return Object.hasOwn(labels, name) && labels[name] === wanted.slice(equals + 1)
}

function health(
  { health: monitor }: Pick<LifecycleContext, "health">,
  record: ContainerRecord,
): Pick<ContainerRecord["health"], "status" | "log"> {
  return monitor.current(record.id) ?? record.health
}

function withHostPath(
  { volumes }: ViewContext,
  mount: ContainerInspect["resolved"]["mounts"][number],
): ContainerInspect["resolved"]["mounts"][number] {
  if (mount.kind === "bind") return { ...mount, hostPath: mount.source }
  if (mount.kind !== "volume" || !volumes.has(mount.volume)) return mount
  return { ...mount, hostPath: volumes.hostPath(mount.volume) }
}
