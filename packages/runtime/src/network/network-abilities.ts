import type { Ability } from "../engine.js"
import type { SpawnTool } from "../kernel/spawn-tool.js"
import { findBlockingFirewall } from "./foreign-firewall.js"
import { type HostNetwork, takenSubnets } from "./host-network.js"
import { formatSubnet, parseSubnet, subnetsOverlap } from "./ipv4.js"

export interface NetworkAbilitiesOptions {
  host: HostNetwork
  spawn: SpawnTool
  bridge: string
  /** Undefined: not chosen yet. */
  subnet: string | undefined
  /** IP forwarding was off and this engine switched it on. */
  forwardingSwitchedOn: boolean
}

/** What only the network driver knows of this host's network; that nftables and forwarding exist is the probe's matter. */
export async function networkAbilities(options: NetworkAbilitiesOptions): Promise<Ability[]> {
  return [await firewallAbility(options), await subnetAbility(options)]
}

async function firewallAbility({ spawn, bridge, forwardingSwitchedOn }: NetworkAbilitiesOptions): Promise<Ability> {
  const ability = {
    name: "network.firewall",
    title: "Containers reach other networks, and are reached at published ports",
    required: false,
  }
  const blocking = await findBlockingFirewall({ spawn, bridge })
  if (blocking !== undefined) {
    const detail = `The firewall's ${blocking.chain} drops forwarded packets by default and has no rule about the bridge ${bridge}: traffic between containers and other machines is lost. The host itself still reaches published ports.`
    return { ...ability, status: "degraded", detail, remedy: blocking.remedy }
  }
  const note = forwardingSwitchedOn ? " IP forwarding was off and was switched on for containers (net.ipv4.ip_forward=1)." : ""
  return { ...ability, status: "available", detail: `No other firewall drops containers' packets by default.${note}` }
}

async function subnetAbility({ host, subnet, bridge }: NetworkAbilitiesOptions): Promise<Ability> {
  const ability = { name: "network.subnet", title: "A subnet of its own for containers", required: false }
  if (subnet === undefined) return { ...ability, status: "available", detail: "It is chosen with the first container that has a network." }
  const taken = await takenSubnets(await host.routes(), (await host.link(bridge))?.index)
  const collides = taken.find((other) => subnetsOverlap(other, parseSubnet(subnet)))
  if (collides === undefined) return { ...ability, status: "available", detail: `${subnet} on ${bridge}.` }
  return {
    ...ability,
    status: "degraded",
    detail: `${subnet} overlaps the host's route to ${formatSubnet(collides)}: what lies behind it is out of containers' reach.`,
    remedy: "Remove all containers, then restart the engine: it chooses another subnet.",
  }
}
