import type {
  ContainerEngine,
  EngineEvent,
  EngineFeature,
  EngineInfo,
  ImageSummary,
  NetworkSummary,
  VolumeSummary,
} from "@plimsoll/runtime"
import { notFound, refuse } from "./refusals.js"
import { tenantContainers } from "./tenant-containers.js"
import { type TenantReach, tenantReach } from "./tenant-reach.js"

/** What is the provider's alone. */
const WITHHELD: readonly EngineFeature[] = [
  "commit",
  "image-load",
  "image-import",
  "image-save",
  "image-pull",
  "image-push",
  "image-garbage",
]

/**
 * The engine as one tenant sees it: its own containers, volumes and networks under its own names, the catalogue of images, and nothing of the host
 * or of others. What is another's is `not_found`, whatever asks for it.
 */
export function tenantEngine(engine: ContainerEngine, tenant: string): ContainerEngine {
  const reach = tenantReach(engine, tenant)
  return {
    kind: engine.kind,
    info: async () => tenantInfo(await engine.info()),
    containers: tenantContainers(reach),
    images: {
      list: async () => {
        const own = await reach.containerIds()
        return (await engine.images.list()).map((image) => ownUse(image, own))
      },
      inspect: async (reference) => ownUse(await engine.images.inspect(reference), await reach.containerIds()),
      load: refuse,
      importRootfs: refuse,
      save: refuse,
      tag: refuse,
      remove: refuse,
      pull: refuse,
      push: refuse,
      collectGarbage: refuse,
    },
    networks: tenantNetworks(engine, reach),
    volumes: tenantVolumes(engine, reach),
    tenants: {
      list: async () => (await engine.tenants.list()).filter(({ name }) => name === tenant),
      setLimits: refuse,
      setNetworkRate: refuse,
      remove: refuse,
    },
    async *events(options): AsyncGenerator<EngineEvent, void, void> {
      for await (const event of engine.events(options)) if (event.tenant === tenant) yield event
    },
    // It is the provider's to close.
    close: async () => undefined,
  }
}

/** What a tenant may know of the machine: what can be done there. */
export function tenantInfo(info: EngineInfo): EngineInfo {
  return {
    ...info,
    hostname: "",
    kernelVersion: "",
    operatingSystem: "",
    bootedAt: 0,
    memoryBytes: 0,
    swapBytes: 0,
    dataDirectory: "",
    ociRuntimes: [],
    abilities: [],
    features: info.features.filter((feature) => !WITHHELD.includes(feature)),
  }
}

function ownUse<T extends ImageSummary>(image: T, own: ReadonlySet<string>): T {
  return { ...image, usedBy: image.usedBy.filter((id) => own.has(id)) }
}

function tenantVolumes({ volumes }: ContainerEngine, reach: TenantReach): ContainerEngine["volumes"] {
  const shown = (volume: VolumeSummary): VolumeSummary => ({ ...volume, name: reach.names.shown(volume.name), hostPath: "" })
  return {
    list: async () => (await volumes.list()).filter(({ tenant }) => tenant === reach.tenant).map(shown),
    inspect: async (name) => shown(await volumes.inspect(await reach.volumeName(name))),
    create: async ({ name, tenant, ...options }) => {
      if (tenant !== undefined && tenant !== reach.tenant) throw notFound("tenant", tenant)
      const existing = await reach.findVolume(name)
      return shown(await volumes.create({ ...options, name: existing ?? reach.names.full(name), tenant: reach.tenant }))
    },
    resize: async (name, sizeBytes) => shown(await volumes.resize(await reach.volumeName(name), sizeBytes)),
    compact: async (name) => volumes.compact(await reach.volumeName(name)),
    remove: async (name, options) => volumes.remove(await reach.volumeName(name), options),
  }
}

function tenantNetworks({ networks }: ContainerEngine, reach: TenantReach): ContainerEngine["networks"] {
  const shown = (network: NetworkSummary, own: ReadonlySet<string>): NetworkSummary => {
    const { bridge: _, ...visible } = network
    return { ...visible, name: reach.names.shown(network.name), containers: network.containers.filter(({ id }) => own.has(id)) }
  }
  const list = async (): Promise<NetworkSummary[]> => {
    const own = await reach.containerIds()
    const all = await networks.list()
    return all.filter(({ tenant, driver }) => tenant === reach.tenant || driver === "none").map((network) => shown(network, own))
  }
  return {
    list,
    inspect: async (name) => {
      const found = (await list()).find((network) => network.name === name || network.id === name)
      if (found === undefined) throw notFound("network", name)
      return found
    },
    create: async ({ name, tenant, ...options }) => {
      if (tenant !== undefined && tenant !== reach.tenant) throw notFound("tenant", tenant)
      return shown(await networks.create({ ...options, name: reach.names.full(name), tenant: reach.tenant }), new Set())
    },
    remove: async (name) => networks.remove(await reach.networkName(name)),
    connect: async (name, container, options) => {
      const attachment = await networks.connect(await reach.networkName(name), await reach.containerId(container), options)
      return { ...attachment, network: reach.names.shown(attachment.network) }
    },
    disconnect: async (name, container) => networks.disconnect(await reach.networkName(name), await reach.containerId(container)),
  }
}
