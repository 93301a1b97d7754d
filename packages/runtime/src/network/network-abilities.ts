import type { Ability } from "../engine.js"
import type { SpawnTool } from "../kernel/spawn-tool.js"
import { installCommand } from "../kernel/tool-packages.js"
import { findBlockingFirewall } from "./foreign-firewall.js"
import { type HostNetwork, takenSubnets } from "./host-network.js"
import { formatSubnet, parseSubnet, subnetsOverlap } from "./ipv4.js"
import { probeShaping } from "./probe-shaping.js"

export interface NetworkAbilitiesOptions {
  host: HostNetwork
  spawn: SpawnTool
  /** With this the names of the instance's bridges begin; the operator's is named so. */
  prefix: string
  /** Of the operator's network. Undefined: not chosen yet. */
  subnet: string | undefined
  /** IP forwarding was off and this engine switched it on. */
  forwardingSwitchedOn: boolean
  /** The name server is installed. */
  names: boolean
}

/** What only the network driver knows of this host's network; that nftables and forwarding exist is the probe's matter. */
export async function networkAbilities(options: NetworkAbilitiesOptions): Promise<Ability[]> {
  return [await firewallAbility(options), await subnetAbility(options), namesAbility(options), await probeShaping(options)]
}

async function firewallAbility({ spawn, prefix, forwardingSwitchedOn }: NetworkAbilitiesOptions): Promise<Ability> {
  const ability = {
    name: "network.firewall",
    title: "Containers reach other networks, and are reached at published ports",
    required: false,
  }
  const blocking = await findBlockingFirewall({ spawn, prefix })
  if (blocking !== undefined) {
    const detail = `The firewall's ${blocking.chain} drops forwarded packets by default and has no rule about the bridges ${prefix}*: traffic between containers and other machines is lost. The host itself still reaches published ports.`
    return { ...ability, status: "degraded", detail, remedy: blocking.remedy }
  }
  const note = forwardingSwitchedOn ? " IP forwarding was off and was switched on for containers (net.ipv4.ip_forward=1)." : ""
  return { ...ability, status: "available", detail: `No other firewall drops containers' packets by default.${note}` }
}

async function subnetAbility({ host, subnet, prefix }: NetworkAbilitiesOptions): Promise<Ability> {
  const ability = { name: "network.subnet", title: "A subnet of its own for containers", required: false }
  if (subnet === undefined) return { ...ability, status: "available", detail: "It is chosen with the first container that has a network." }
  const taken = await takenSubnets(await host.routes(), (await host.link(prefix))?.index)
  const collides = taken.find((other) => subnetsOverlap(other, parseSubnet(subnet)))
  if (collides === undefined) return { ...ability, status: "available", detail: `${subnet} on ${prefix}.` }
  return {
    ...ability,
    status: "degraded",
    detail: `${subnet} overlaps the host's route to ${formatSubnet(collides)}: what lies behind it is out of containers' reach.`,
    remedy: "Remove all containers, then restart the engine: it chooses another subnet.",
  }
}

function namesAbility({ names }: NetworkAbilitiesOptions): Ability {
  const ability = { name: "network.names", title: "Containers of a network resolve each other by name", required: false }
  if (names) return { ...ability, status: "available", detail: "aardvark-dns answers at each network's gateway." }
  return {
    ...ability,
    status: "missing",
    detail: "aardvark-dns is not installed: containers ask the host's resolvers, and reach each other by address only.",
    remedy: installCommand("aardvark-dns"),
  }
}
