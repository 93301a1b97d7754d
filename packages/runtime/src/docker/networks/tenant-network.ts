import { EngineError, isEngineError } from "../../errors.js"
import { OPERATOR_TENANT } from "../../spec/check-operator-only.js"
import { pathOf } from "../docker-client.js"
import type { DockerContext } from "../docker-context.js"
import { defaultNetworkLabel, tenantLabel, tenantOf } from "../labels.js"
import type { WireNetwork } from "../wire.js"
import { makeNetwork } from "./make-network.js"

/**
 * The network of a tenant's containers that name none: the operator's is Docker's own bridge, every other tenant has a bridge of its
 * own, made when it is first needed, because Docker lets all containers of one bridge talk to each other and keeps bridges apart (Podman does not: `network.apart`).
 */
export async function networkForTenant(context: DockerContext, tenant: string): Promise<string> {
  if (tenant === OPERATOR_TENANT) return (await context.daemon.facts()).flavour === "podman" ? "podman" : "bridge"
  const name = tenantNetworkName(tenant)
  if ((await findNetworkIfThere(context, name)) !== undefined) return name
  try {
    await makeNetwork(context, { name, labels: { [tenantLabel]: tenant, [defaultNetworkLabel]: "1" } })
  } catch (error) {
    // Another create of the same tenant was quicker.
    if (!isEngineError(error, "name_in_use") && !isEngineError(error, "conflict")) throw error
  }
  return name
}

export function tenantNetworkName(tenant: string): string {
  return `plimsoll-${tenant}`
}

/** A network by name, when the tenant may be in it: its own, or for the operator any. Rejects with `not_found`. */
export async function settleNetworkName(context: DockerContext, name: string, tenant: string): Promise<string> {
  const network = await findNetwork(context, name)
  const owner = tenantOf(network.Labels)
  if (owner === tenant || tenant === OPERATOR_TENANT) return network.Name ?? name
  throw new EngineError("not_found", { facts: { network: name, tenant }, publicMessage: `Tenant "${tenant}" has no network "${name}".` })
}

export function findNetwork({ client }: Pick<DockerContext, "client">, name: string): Promise<WireNetwork> {
  return client.json<WireNetwork>({ method: "GET", path: `/networks${pathOf(name)}`, about: { kind: "network", name, doing: "find it" } })
}

export async function findNetworkIfThere(context: Pick<DockerContext, "client">, name: string): Promise<WireNetwork | undefined> {
  try {
    return await findNetwork(context, name)
  } catch (error) {
    if (isEngineError(error, "not_found")) return undefined
    throw error
  }
}
