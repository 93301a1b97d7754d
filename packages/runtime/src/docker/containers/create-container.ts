import { EngineError } from "../../errors.js"
import { OPERATOR_TENANT } from "../../spec/check-operator-only.js"
import type { ContainerSpec, NamespaceMode, NetworkMode, PortMapping } from "../../spec/container-spec.js"
import { parseReference } from "../../spec/reference.js"
import { validateContainerSpec } from "../../spec/validate-container-spec.js"
import type { DaemonFacts } from "../daemon.js"
import type { DockerContext } from "../docker-context.js"
import { tenantOf } from "../labels.js"
import { networkForTenant, settleNetworkName } from "../networks/tenant-network.js"
import { ensureVolumes, removeVolumes } from "../volumes/ensure-volumes.js"
import { choosePorts } from "./choose-ports.js"
import { findContainer, listRows } from "./find-container.js"
import { removeContainer } from "./remove-container.js"
import { type SettledSpec, specToDocker } from "./spec-to-docker.js"

/** Enough for a busy service, far below what would hurt the host; `pidsMax` overrides it. As the embedded engine has it. */
const defaultPidsMax = 4096

/** See `ContainerApi.create`. Resolves with the id. */
export async function createContainer(context: DockerContext, asked: ContainerSpec): Promise<string> {
  validateContainerSpec(asked)
  const daemon = await context.daemon.facts()
  const tenant = asked.tenant ?? OPERATOR_TENANT
  daemon.limits.check(asked.limits ?? {})
  checkImageName(asked.image)
  const others = await pinPodMembers(context, asked, tenant)
  const network = await settleNetwork(context, others.network, tenant)
  const limits = withDefaults(asked.limits ?? {}, daemon)
  const settled = { ...asked, ...others, network, tenant, limits, filledVolumes: new Set<string>() }
  // Said before anything is made: what is lacking, and an image that is not here.
  specToDocker({ ...settled, ports: [] }, daemon)
  await context.images.require(asked.image)
  const volumes = await ensureVolumes(context, { mounts: asked.mounts ?? [], tenant })
  try {
    return await withPorts(context, { ...settled, filledVolumes: volumes.filled }, daemon)
  } catch (error) {
    await removeVolumes(context, volumes.made)
    throw error
  }
}

async function withPorts(
  context: DockerContext,
  spec: Omit<SettledSpec, "ports"> & { ports?: PortMapping[] },
  daemon: DaemonFacts,
): Promise<string> {
  const mappings = spec.ports ?? []
  if (mappings.length === 0) return make(context, { ...spec, ports: [] }, daemon)
  return context.ports.run(async () => {
    const ports = await choosePorts(mappings, { rows: await listRows(context), daemon })
    return make(context, { ...spec, ports }, daemon)
  })
}

async function make(context: DockerContext, spec: SettledSpec, daemon: DaemonFacts): Promise<string> {
  const { Id, Warnings } = await context.client.json<{ Id: string; Warnings?: string[] | null }>({
    method: "POST",
    path: "/containers/create",
    query: { name: spec.name },
    body: specToDocker(spec, daemon),
    about: { kind: "container", ...(spec.name === undefined ? {} : { name: spec.name }), doing: "create it" },
  })
  // Docker drops limits it cannot enforce with a mere warning; a limit that is not held must not be sold.
  const dropped = (Warnings ?? []).find((warning) => /discarded|does not support|limited without/i.test(warning))
  if (dropped === undefined) return Id
  await removeContainer(context, Id, { force: true })
  throw new EngineError("limit_unsupported", {
    facts: { warning: dropped },
    publicMessage: `This Docker Engine cannot enforce a limit that was asked for: ${dropped}`,
  })
}

function checkImageName(image: string): void {
  // Tells a typing error from an image that is not here.
  if (!/^(sha256:)?[0-9a-f]{4,64}$/.test(image)) parseReference(image)
}

/** Names of other containers become ids, so that a rename does not change whose namespaces are shared. Another tenant's are not found. */
async function pinPodMembers(
  context: DockerContext,
  spec: ContainerSpec,
  tenant: string,
): Promise<{ network: NetworkMode | undefined } & Pick<ContainerSpec, "pidNamespace" | "ipcNamespace">> {
  const pin = async (reference: string): Promise<string> => {
    const other = await findContainer(context, reference)
    if (tenantOf(other.Config?.Labels) === tenant) return other.Id
    throw new EngineError("not_found", { facts: { reference }, publicMessage: `Tenant "${tenant}" has no container "${reference}".` })
  }
  const pinned = async (mode: NamespaceMode | undefined): Promise<NamespaceMode | undefined> =>
    mode?.kind === "container" ? { kind: "container", container: await pin(mode.container) } : mode
  const pidNamespace = await pinned(spec.pidNamespace)
  const ipcNamespace = await pinned(spec.ipcNamespace)
  const network: NetworkMode | undefined =
    spec.network?.kind === "container" ? { kind: "container", container: await pin(spec.network.container) } : spec.network
  return { network, ...(pidNamespace === undefined ? {} : { pidNamespace }), ...(ipcNamespace === undefined ? {} : { ipcNamespace }) }
}

async function settleNetwork(context: DockerContext, asked: NetworkMode | undefined, tenant: string): Promise<NetworkMode> {
  if (asked !== undefined && asked.kind !== "network") return asked
  if (asked === undefined || asked.network === "bridge")
    return { ...asked, kind: "network", network: await networkForTenant(context, tenant) }
  return { ...asked, network: await settleNetworkName(context, asked.network, tenant) }
}

function withDefaults(limits: SettledSpec["limits"], daemon: DaemonFacts): SettledSpec["limits"] {
  return daemon.limits.enforceable.pidsMax?.enforceable === true ? { pidsMax: defaultPidsMax, ...limits } : limits
}
