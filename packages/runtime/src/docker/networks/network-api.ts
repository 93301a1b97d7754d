import type { NetworkApi, NetworkSummary } from "../../engine.js"
import { EngineError } from "../../errors.js"
import { checkPattern } from "../../spec/check.js"
import { OPERATOR_TENANT } from "../../spec/check-operator-only.js"
import { checkObjectName, checkTenantName } from "../../spec/names.js"
import { attachments, nameOf } from "../containers/container-view.js"
import { findContainer } from "../containers/find-container.js"
import { pathOf } from "../docker-client.js"
import type { DockerContext } from "../docker-context.js"
import { ownedLabels, tenantOf, visibleLabels } from "../labels.js"
import { parseTime } from "../times.js"
import { mapBounded } from "../turn-queue.js"
import type { WireContainer, WireNetwork } from "../wire.js"
import { makeNetwork } from "./make-network.js"
import { findNetwork, settleNetworkName } from "./tenant-network.js"

const atOnce = 8
const builtIn = ["bridge", "host", "none", "podman"]

/** Networks of a Docker Engine whose drivers have a word here: bridges, the host's own and none. */
export function networkApi(context: DockerContext): NetworkApi {
  const inspect = async (name: string): Promise<NetworkSummary> => {
    checkObjectName("network", name)
    const { flavour } = await context.daemon.facts()
    // Podman calls its first bridge by its own name, and has "host" and "none" without listing them.
    if (flavour === "podman" && name === "bridge") return summarise(await findNetwork(context, "podman"), "bridge")
    if (flavour === "podman" && (name === "host" || name === "none")) return nameless(name)
    const summary = summarise(await findNetwork(context, name))
    if (summary !== undefined) return summary
    throw new EngineError("unsupported", {
      facts: { network: name },
      publicMessage: `Network "${name}" has a driver that is shown in Docker's own tools only.`,
    })
  }
  /** A container and a network of one tenant, as they are now. Another tenant's is as good as none. */
  const pair = async (name: string, reference: string): Promise<{ container: WireContainer; network: WireNetwork; connected: boolean }> => {
    checkObjectName("network", name)
    const container = await findContainer(context, reference)
    const tenant = tenantOf(container.Config?.Labels)
    const network = await findNetwork(context, await settleNetworkName(context, name, tenant))
    return { container, network, connected: Object.hasOwn(container.NetworkSettings?.Networks ?? {}, network.Name ?? name) }
  }
  return {
    inspect,
    list: async () => {
      const rows = await context.client.json<WireNetwork[]>({
        method: "GET",
        path: "/networks",
        about: { kind: "engine", doing: "list its networks" },
      })
      const { flavour } = await context.daemon.facts()
      const named = rows
        .filter((row) => isShown(row))
        .map((row) => (flavour === "podman" && row.Name === "podman" ? "bridge" : (row.Name ?? "")))
      const names = flavour === "podman" ? [...named, "host", "none"] : named
      return mapBounded(names, atOnce, inspect)
    },
    create: async ({ name, tenant = OPERATOR_TENANT, subnet, internal, labels }) => {
      checkObjectName("name", name)
      checkTenantName("tenant", tenant)
      if (subnet !== undefined) checkPattern("subnet", subnet, /^[0-9a-fA-F.:]{2,45}\/\d{1,3}$/, "write it like 10.1.2.0/24.")
      await makeNetwork(context, { name, labels: ownedLabels(labels, tenant), internal: internal ?? false, subnet })
      return inspect(name)
    },
    remove: async (name) => {
      checkObjectName("network", name)
      if (builtIn.includes(name))
        throw new EngineError("conflict", { facts: { network: name }, publicMessage: `Network "${name}" belongs to the engine and stays.` })
      await context.client.json({
        method: "DELETE",
        path: `/networks${pathOf(name)}`,
        about: { kind: "network", name, doing: "remove it" },
      })
    },
    connect: async (name, reference, { address, aliases } = {}) => {
      const { container, network, connected } = await pair(name, reference)
      if (connected)
        throw new EngineError("conflict", {
          facts: { network: name, container: container.Id },
          publicMessage: `Container "${nameOf(container)}" is in network "${name}" already.`,
        })
      await context.client.json({
        method: "POST",
        path: `/networks${pathOf(network.Id ?? name)}/connect`,
        body: {
          Container: container.Id,
          EndpointConfig: { Aliases: aliases ?? [], ...(address === undefined ? {} : { IPAMConfig: { IPv4Address: address } }) },
        },
        about: { kind: "network", name, doing: "connect a container" },
      })
      const attachment = attachments(await findContainer(context, container.Id)).find((each) => each.network === network.Name)
      // Docker gives a container that does not run its address when it starts.
      return attachment ?? { network: network.Name ?? name, interfaceName: "", macAddress: "", address: "", prefixLength: 0, gateway: "" }
    },
    disconnect: async (name, reference) => {
      const { container, network, connected } = await pair(name, reference)
      if (!connected)
        throw new EngineError("not_found", {
          facts: { network: name, container: container.Id },
          publicMessage: `Container "${nameOf(container)}" is not in network "${name}".`,
        })
      await context.client.json({
        method: "POST",
        path: `/networks${pathOf(network.Id ?? name)}/disconnect`,
        body: { Container: container.Id, Force: false },
        about: { kind: "network", name, doing: "disconnect a container" },
      })
    },
  }
}

function isShown(network: WireNetwork): boolean {
  return driverOf(network) !== undefined
}

function driverOf({ Driver }: WireNetwork): NetworkSummary["driver"] | undefined {
  if (Driver === "null") return "none"
  return Driver === "bridge" || Driver === "host" ? Driver : undefined
}

function summarise(network: WireNetwork, name: string): NetworkSummary
function summarise(network: WireNetwork): NetworkSummary | undefined
function summarise(network: WireNetwork, name = network.Name ?? ""): NetworkSummary | undefined {
  const driver = driverOf(network)
  if (driver === undefined) return undefined
  const range = network.IPAM?.Config?.[0]
  const bridge =
    driver === "bridge" ? (network.Options?.["com.docker.network.bridge.name"] ?? `br-${(network.Id ?? "").slice(0, 12)}`) : undefined
  return {
    id: network.Id ?? "",
    name,
    tenant: tenantOf(network.Labels),
    driver,
    ...(range?.Subnet === undefined ? {} : { subnet: range.Subnet }),
    ...gatewayOf(range, driver),
    ...(bridge === undefined ? {} : { bridge }),
    internal: network.Internal ?? false,
    createdAt: parseTime(network.Created) ?? 0,
    labels: visibleLabels(network.Labels),
    containers: Object.entries(network.Containers ?? {}).map(([id, { Name, IPv4Address }]) => ({
      id,
      name: Name ?? "",
      address: (IPv4Address ?? "").replace(/\/\d+$/, ""),
    })),
  }
}

// Of its first bridge Docker does not say it: it is the subnet's first address (libnetwork, ipam).
function gatewayOf(range: { Subnet?: string; Gateway?: string } | undefined, driver: NetworkSummary["driver"]): { gateway?: string } {
  if (range?.Gateway) return { gateway: range.Gateway }
  const first = /^(\d+\.\d+\.\d+)\.(\d+)\/\d+$/.exec(range?.Subnet ?? "")
  return first === null || driver !== "bridge" ? {} : { gateway: `${first[1]}.${Number(first[2]) + 1}` }
}

function nameless(driver: "host" | "none"): NetworkSummary {
  return { id: driver, name: driver, tenant: OPERATOR_TENANT, driver, internal: false, createdAt: 0, labels: {}, containers: [] }
}
