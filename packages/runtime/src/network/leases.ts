import type { NetworkAttachment, PublishedPort } from "../engine.js"
import { EngineError } from "../errors.js"
import type { PortMapping } from "../spec/container-spec.js"
import { allocateAddress } from "./allocate-address.js"
import { macAddressOf, parseAddress, parseSubnet } from "./ipv4.js"
import type { Lease, NetworkDocument, NetworkStore } from "./network-document.js"
import { choosePorts } from "./ports/choose-ports.js"
import type { ForeignPublish } from "./ports/other-instances.js"

/** Addresses and host ports that containers hold. */
export class Leases {
  readonly #store: NetworkStore
  readonly #foreignPorts: () => Promise<ForeignPublish[]>
  /** Choosing ports takes time (they are tried by binding): one at a time, or two would choose the same. */
  #choosing: Promise<unknown> = Promise.resolve()

  /** `foreignPorts`: what other engines on this host publish now. */
  constructor(store: NetworkStore, foreignPorts: () => Promise<ForeignPublish[]>) {
    this.#store = store
    this.#foreignPorts = foreignPorts
  }

  async reserveAddress(
    network: NetworkDocument,
    options: { containerId: string; tenant: string; address?: string },
  ): Promise<NetworkAttachment> {
    const { containerId, tenant, address: wanted } = options
    const lease = network.leases[containerId]
    if (lease?.address !== undefined) {
      if (wanted !== undefined && wanted !== lease.address) throw hasAnother(containerId, wanted, lease.address)
      return attachmentOf(network, lease.address, tenantNumber(network, lease.tenant ?? tenant))
    }
    const address = allocateAddress(network, wanted)
    network.lastAddress = address
    const number = tenantNumber(network, tenant)
    await this.#put(network, containerId, { ports: [], ...lease, address, tenant }, lease)
    return attachmentOf(network, address, number)
  }

  reservePorts(network: NetworkDocument, containerId: string, mappings: readonly PortMapping[]): Promise<PublishedPort[]> {
    const turn = this.#choosing.then(async () => {
      const held = Object.entries(network.leases).flatMap(([id, lease]) =>
        id === containerId ? [] : lease.ports.map((port) => ({ containerId: id, port })),
      )
      const ports = await choosePorts(mappings, { held, foreign: await this.#foreignPorts() })
      const lease = network.leases[containerId]
      await this.#put(network, containerId, { ...lease, ports }, lease)
      return ports
    })
    this.#choosing = turn.catch(() => undefined)
    return turn
  }

  /** No effect when it holds nothing. Written with the next change: a lease of a container that nobody knows is dropped by `reconcile`. */
  release(containerId: string): void {
    delete this.#store.document?.leases[containerId]
  }

  async #put(network: NetworkDocument, containerId: string, lease: Lease, before: Lease | undefined): Promise<void> {
    network.leases[containerId] = lease
    try {
      await this.#store.save()
    } catch (error) {
      if (before === undefined) delete network.leases[containerId]
      else network.leases[containerId] = before
      throw error
    }
  }
}

/** The tenant's number, given at its first container. Two bytes of a MAC address hold 65,535. */
function tenantNumber(network: NetworkDocument, tenant: string): number {
  // A tenant may be named `constructor`, which every object has.
  const known = Object.hasOwn(network.tenants, tenant) ? network.tenants[tenant] : undefined
  if (known !== undefined) return known
  const taken = new Set(Object.values(network.tenants))
  for (let number = 1; number < 2 ** 16; number++) {
    if (taken.has(number)) continue
    network.tenants[tenant] = number
    return number
  }
  throw new EngineError("address_exhausted", {
    facts: { network: network.name, tenants: taken.size },
    publicMessage: `Network ${network.name} has as many tenants as it can have.`,
  })
}

function attachmentOf(network: NetworkDocument, address: string, tenant: number): NetworkAttachment {
  return {
    network: network.name,
    interfaceName: "eth0",
    macAddress: macAddressOf(tenant, parseAddress(address) ?? 0),
    address,
    prefixLength: parseSubnet(network.subnet).prefixLength,
    gateway: network.gateway,
  }
}

function hasAnother(containerId: string, wanted: string, address: string): EngineError {
  return new EngineError("conflict", {
    facts: { containerId, address: wanted, has: address },
    publicMessage: `The container has the address ${address} already.`,
  })
}
