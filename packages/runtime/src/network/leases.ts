import type { NetworkAttachment, PublishedPort } from "../engine.js"
import { EngineError } from "../errors.js"
import type { PortMapping } from "../spec/container-spec.js"
import { allocateAddress } from "./allocate-address.js"
import { macAddressOf, parseAddress, parseSubnet, tenantNumberOf } from "./ipv4.js"
import type { Lease, NetworkDocument, NetworkStore } from "./network-document.js"
import type { KnownContainers } from "./network-driver.js"
import { choosePorts } from "./ports/choose-ports.js"
import type { ForeignPublish } from "./ports/other-instances.js"

/** Addresses and host ports that containers hold. */
export class Leases {
  readonly #store: NetworkStore
  readonly #foreignPorts: () => Promise<ForeignPublish[]>
  readonly #ports = new Map<string, PublishedPort[]>()
  /** By container: its address in each network. */
  readonly #addresses = new Map<string, Map<string, string>>()
  /** Choosing ports takes time (they are tried by binding): one at a time, or two would choose the same. */
  #choosing: Promise<unknown> = Promise.resolve()

  /** `foreignPorts`: what other engines on this host publish now. */
  constructor(store: NetworkStore, foreignPorts: () => Promise<ForeignPublish[]>) {
    this.#store = store
    this.#foreignPorts = foreignPorts
    for (const { name, leases } of store.all())
      for (const [containerId, lease] of Object.entries(leases)) this.#remember(containerId, name, lease)
  }

  /** Addresses that the container holds, by network. */
  addressesOf(containerId: string): ReadonlyMap<string, string> {
    return this.#addresses.get(containerId) ?? none
  }

  async reserveAddress(
    network: NetworkDocument,
    options: { containerId: string; tenant: string; interfaceName: string; address?: string },
  ): Promise<NetworkAttachment> {
    const { containerId, tenant, interfaceName, address: wanted } = options
    const lease = network.leases[containerId]
    if (lease?.address !== undefined) {
      if (wanted !== undefined && wanted !== lease.address) throw hasAnother(containerId, wanted, lease.address)
      return attachmentOf(network, { address: lease.address, interfaceName, number: tenantNumber(network, lease.tenant ?? tenant) })
    }
    const address = allocateAddress(network, wanted)
    network.lastAddress = address
    const number = tenantNumber(network, tenant)
    await this.#put(network, containerId, { address, tenant })
    return attachmentOf(network, { address, interfaceName, number })
  }

  reservePorts(containerId: string, mappings: readonly PortMapping[]): Promise<PublishedPort[]> {
    const turn = this.#choosing.then(async () => {
      const held = [...this.#ports].flatMap(([id, ports]) => (id === containerId ? [] : ports.map((port) => ({ containerId: id, port }))))
      const ports = await choosePorts(mappings, { held, foreign: await this.#foreignPorts() })
      this.#ports.set(containerId, ports)
      return ports
    })
    this.#choosing = turn.catch(() => undefined)
    return turn
  }

  /** Of one network, or all that it holds. No effect when it holds nothing. Written with the next change: a lease of a container that nobody knows is dropped by `replace`. */
  release(containerId: string, network?: string): void {
    const addresses = this.#addresses.get(containerId)
    for (const name of network === undefined ? [...(addresses?.keys() ?? [])] : [network]) {
      delete this.#store.get(name)?.leases[containerId]
      addresses?.delete(name)
    }
    if (network === undefined) this.#ports.delete(containerId)
    if (network === undefined || addresses?.size === 0) this.#addresses.delete(containerId)
  }

  /** The containers' documents are the truth: a power cut may have taken the newest leases, a crash left some of half-made containers. */
  async replace(known: KnownContainers): Promise<void> {
    this.#ports.clear()
    this.#addresses.clear()
    for (const network of this.#store.all()) {
      network.leases = {}
      network.tenants = {}
    }
    for (const [containerId, { tenant, attachments, ports }] of known) {
      if (ports.length > 0) this.#ports.set(containerId, [...ports])
      for (const { network: name, address, macAddress } of attachments) {
        const network = this.#store.get(name)
        if (network === undefined) continue
        network.leases[containerId] = { address, tenant }
        network.tenants[tenant] = tenantNumberOf(macAddress)
        this.#remember(containerId, name, { address })
      }
    }
    await Promise.all(this.#store.all().map((network) => this.#store.save(network)))
  }

  #remember(containerId: string, network: string, { address, ports = [] }: Lease): void {
    if (ports.length > 0) this.#ports.set(containerId, ports)
    if (address === undefined) return
    const addresses = this.#addresses.get(containerId) ?? new Map<string, string>()
    this.#addresses.set(containerId, addresses.set(network, address))
  }

  async #put(network: NetworkDocument, containerId: string, lease: Lease): Promise<void> {
    network.leases[containerId] = lease
    try {
      await this.#store.save(network)
      this.#remember(containerId, network.name, lease)
    } catch (error) {
      delete network.leases[containerId]
      throw error
    }
  }
}

const none: ReadonlyMap<string, string> = new Map()

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

function attachmentOf(
  network: NetworkDocument,
  { address, interfaceName, number }: { address: string; interfaceName: string; number: number },
): NetworkAttachment {
  return {
    network: network.name,
    interfaceName,
    macAddress: macAddressOf(number, parseAddress(address) ?? 0),
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
