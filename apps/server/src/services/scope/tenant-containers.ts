import {
  type ContainerApi,
  type ContainerInspect,
  type ContainerSpec,
  type ContainerSummary,
  EngineError,
  type MountSpec,
  type NamespaceMode,
  type NetworkMode,
} from "@plimsoll/runtime"
import { ladderLabels } from "../../contract/overprovisioning.js"
import { notFound } from "./refusals.js"
import type { TenantReach } from "./tenant-reach.js"

/** The containers of one tenant, as if there were no others. */
export function tenantContainers(reach: TenantReach): ContainerApi {
  const { tenant, containers, names } = reach
  const id = (reference: string) => reach.containerId(reference)

  const summary = <T extends ContainerSummary>(container: T): T => ({
    ...container,
    networks: container.networks.map((attachment) => ({ ...attachment, network: names.shown(attachment.network) })),
  })
  const inspected = (container: ContainerInspect): ContainerInspect => ({
    ...summary(container),
    spec: { ...container.spec, ...shownSpec(container.spec, names.shown) },
    resolved: {
      ...container.resolved,
      mounts: container.resolved.mounts.map(({ hostPath: _, ...mount }) => shownMount(mount, names.shown)),
      network: shownNetwork(container.resolved.network, names.shown),
    },
    // Where things are on the host is not the tenant's affair.
    logPath: "",
  })

  return {
    create: async (spec) => {
      if (spec.tenant !== undefined && spec.tenant !== tenant) throw notFound("tenant", spec.tenant)
      refuseExemption(spec)
      return inspected(await containers.create({ ...spec, ...(await ownSpec(reach, spec)), tenant }))
    },
    start: async (reference) => containers.start(await id(reference)),
    stop: async (reference, options) => containers.stop(await id(reference), options),
    kill: async (reference, options) => containers.kill(await id(reference), options),
    restart: async (reference, options) => containers.restart(await id(reference), options),
    pause: async (reference) => containers.pause(await id(reference)),
    nap: async (reference) => containers.nap(await id(reference)),
    hibernate: async (reference) => containers.hibernate(await id(reference)),
    wake: async (reference, options) => containers.wake(await id(reference), options),
    reclaim: async (reference, bytes) => containers.reclaim(await id(reference), bytes),
    resume: async (reference) => containers.resume(await id(reference)),
    rename: async (reference, name) => containers.rename(await id(reference), name),
    remove: async (reference, options) => containers.remove(await id(reference), options),
    wait: async (reference, options) => containers.wait(await id(reference), options),
    list: async (options = {}) =>
      options.tenant === undefined || options.tenant === tenant ? (await containers.list({ ...options, tenant })).map(summary) : [],
    inspect: async (reference) => inspected(await containers.inspect(await id(reference))),
    logs: async function* (reference, options) {
      yield* containers.logs(await id(reference), options)
    },
    attach: async (reference, options) => containers.attach(await id(reference), options),
    exec: async (reference, spec, options) => containers.exec(await id(reference), { ...spec, privileged: false }, options),
    attachExec: async (execId) => {
      await reach.ownExec(execId)
      return containers.attachExec(execId)
    },
    inspectExec: (execId) => reach.ownExec(execId),
    top: async (reference) => containers.top(await id(reference)),
    diff: async (reference) => containers.diff(await id(reference)),
    copyOut: async (reference, path) => containers.copyOut(await id(reference), path),
    copyIn: async (reference, path, tar) => containers.copyIn(await id(reference), path, tar),
    statPath: async (reference, path) => containers.statPath(await id(reference), path),
    listDirectory: async (reference, path) => containers.listDirectory(await id(reference), path),
    commit: async (reference, options) => containers.commit(await id(reference), options),
    update: async (reference, change) => inspected(await containers.update(await id(reference), change)),
    resizeDisk: async (reference, sizeBytes) => inspected(await containers.resizeDisk(await id(reference), sizeBytes)),
    compactDisk: async (reference) => containers.compactDisk(await id(reference)),
    stats: async (reference) => containers.stats(await id(reference)),
    statsAll: async () => {
      const own = await reach.containerIds()
      return (await containers.statsAll()).filter(({ containerId }) => own.has(containerId))
    },
    namespaces: async (reference) => {
      const own = await reach.containerIds()
      const report = await containers.namespaces(await id(reference))
      const shared = (ids: string[]) => ids.filter((other) => own.has(other))
      return { ...report, namespaces: report.namespaces.map((each) => ({ ...each, sharedWith: shared(each.sharedWith) })) }
    },
    // The tenant's own group and what is below it: above are sums of others.
    cgroupTree: async (reference) => (await containers.cgroupTree(await id(reference))).filter(({ role }) => role !== "engine"),
  }
}

/** Whom the ladder leaves alone is the provider's to say. */
function refuseExemption({ labels = {} }: ContainerSpec): void {
  if (labels[ladderLabels.exempt] === undefined) return
  throw new EngineError("permission_denied", {
    facts: { label: ladderLabels.exempt },
    publicMessage: `The label “${ladderLabels.exempt}” is set by the provider alone. Leave it out.`,
  })
}

/** The spec with the engine's names in place of the tenant's. */
async function ownSpec(reach: TenantReach, spec: ContainerSpec): Promise<Partial<ContainerSpec>> {
  const ownMode = async (mode: NamespaceMode): Promise<NamespaceMode> =>
    mode.kind === "container" ? { kind: "container", container: await reach.containerId(mode.container) } : mode
  return {
    ...(spec.mounts === undefined ? {} : { mounts: await Promise.all(spec.mounts.map((mount) => ownMount(reach, mount))) }),
    ...(spec.network === undefined ? {} : { network: await ownNetwork(reach, spec.network) }),
    ...(spec.pidNamespace === undefined ? {} : { pidNamespace: await ownMode(spec.pidNamespace) }),
    ...(spec.ipcNamespace === undefined ? {} : { ipcNamespace: await ownMode(spec.ipcNamespace) }),
    ...(spec.utsNamespace === undefined ? {} : { utsNamespace: await ownMode(spec.utsNamespace) }),
  }
}

async function ownMount(reach: TenantReach, mount: MountSpec): Promise<MountSpec> {
  return mount.kind === "volume" ? { ...mount, volume: (await reach.findVolume(mount.volume)) ?? reach.names.full(mount.volume) } : mount
}

async function ownNetwork(reach: TenantReach, mode: NetworkMode): Promise<NetworkMode> {
  if (mode.kind === "container") return { kind: "container", container: await reach.containerId(mode.container) }
  return mode.kind === "network" ? { ...mode, network: await reach.networkName(mode.network) } : mode
}

function shownSpec({ mounts, network }: ContainerSpec, shown: (name: string) => string): Partial<ContainerSpec> {
  return {
    ...(mounts === undefined ? {} : { mounts: mounts.map((mount) => shownMount(mount, shown)) }),
    ...(network === undefined ? {} : { network: shownNetwork(network, shown) }),
  }
}

function shownMount<T extends MountSpec>(mount: T, shown: (name: string) => string): T {
  return mount.kind === "volume" ? { ...mount, volume: shown(mount.volume) } : mount
}

function shownNetwork(mode: NetworkMode, shown: (name: string) => string): NetworkMode {
  return mode.kind === "network" ? { ...mode, network: shown(mode.network) } : mode
}
