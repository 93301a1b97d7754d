import { spawnSync } from "node:child_process"
import { randomBytes } from "node:crypto"
import { mkdtemp, rm } from "node:fs/promises"
import { join } from "node:path"
import { expect } from "vitest"
import type { NetworkAttachment } from "../engine.js"
import { createNetworkDriver } from "./create-network-driver.js"
import type { AttachOptions, Connection, KnownContainers, NetworkDriver } from "./network-driver.js"
import { nameServersOf, TestNamespace } from "./test-namespace.js"

/** A process with a network namespace that stands for a container. */
export interface TestContainer {
  id: string
  name: string
  tenant: string
  namespace: TestNamespace
  connections: Connection[]
  /** Of its first network. */
  attachment: NetworkAttachment
}

/** A driver of the test's own with what stands for containers; nothing is left on the host after `dispose`, which checks it. */
export class TestNetworks {
  readonly tag = randomBytes(3).toString("hex")
  readonly warnings: string[] = []
  readonly containers: TestContainer[] = []
  readonly #others: TestNamespace[] = []
  #driver: NetworkDriver | undefined
  #directory: string

  private constructor(directory: string) {
    this.#directory = directory
  }

  static async open(): Promise<TestNetworks> {
    const networks = new TestNetworks(await mkdtemp("/var/tmp/plimsoll-test-"))
    await networks.reopen()
    return networks
  }

  get driver(): NetworkDriver {
    if (this.#driver === undefined) throw new Error("not open")
    return this.#driver
  }

  /** Another driver over the same state: the one before, which must not look after anything any more, leaves all as it is but a name server that nobody needs. */
  async reopen(): Promise<NetworkDriver> {
    await this.#driver?.close()
    this.#driver = await createNetworkDriver({
      directory: join(this.#directory, "networks"),
      runDirectory: join(this.#directory, "names"),
      instance: `plimsoll-${this.tag}`,
      tag: this.tag,
      warn: (message, facts) => this.warnings.push(`${message} ${JSON.stringify(facts)}`),
    })
    return this.#driver
  }

  async container(options: { name?: string; tenant?: string; network?: string; aliases?: string[] } = {}): Promise<TestContainer> {
    const { name = `c${this.containers.length}`, tenant = "acme", network = "bridge", aliases = [] } = options
    const id = randomBytes(32).toString("hex")
    const namespace = await TestNamespace.open()
    this.#others.push(namespace)
    const attachment = await this.driver.reserve({ containerId: id, tenant, network })
    const container = { id, name, tenant, namespace, connections: [{ attachment, aliases }], attachment }
    await this.driver.attach(this.options(container))
    this.containers.push(container)
    return container
  }

  async connect(container: TestContainer, network: string, aliases: string[] = []): Promise<NetworkAttachment> {
    const { id: containerId, tenant, connections } = container
    const attachment = await this.driver.reserve({ containerId, tenant, network, interfaceName: `eth${connections.length}` })
    connections.push({ attachment, aliases })
    await this.driver.reattach(this.options(container))
    return attachment
  }

  async disconnect(container: TestContainer, network: string): Promise<void> {
    container.connections = container.connections.filter(({ attachment }) => attachment.network !== network)
    await this.driver.reattach(this.options(container))
    await this.driver.release(container.id, network)
  }

  /** As the container's end of its run. */
  async end(container: TestContainer): Promise<void> {
    await container.namespace[Symbol.asyncDispose]()
    this.containers.splice(this.containers.indexOf(container), 1)
    await this.driver.detach(container.id)
  }

  options({ id, name, tenant, namespace, connections }: TestContainer): AttachOptions {
    return { containerId: id, process: namespace.identity, connections, ports: [], name, tenant }
  }

  /** Reconciliation with the containers that there are. */
  async reconcile(): Promise<void> {
    const known: KnownContainers = new Map(
      this.containers.map(({ id, tenant, connections }) => [
        id,
        { tenant, attachments: connections.map(({ attachment }) => attachment), ports: [] },
      ]),
    )
    await this.driver.reconcile(
      this.containers.map((container) => this.options(container)),
      known,
    )
  }

  /** Another machine: a namespace joined to the host by a link of its own, outside of the engine's networks. */
  async neighbour(): Promise<{ namespace: TestNamespace; link: string; address: string }> {
    const namespace = await TestNamespace.open()
    this.#others.push(namespace)
    const link = `plt${this.tag}`
    const third = Number.parseInt(this.tag.slice(0, 2), 16)
    const address = `10.254.${third}.2`
    const run = (...args: string[]): void => expect(spawnSync("ip", args).status).toBe(0)
    run("link", "add", link, "type", "veth", "peer", "name", "eth0", "netns", String(namespace.pid))
    run("addr", "add", `10.254.${third}.1/24`, "dev", link)
    run("link", "set", link, "up")
    namespace.run("ip", "addr", "add", `${address}/24`, "dev", "eth0")
    namespace.run("ip", "link", "set", "eth0", "up")
    namespace.run("ip", "route", "add", "default", "via", `10.254.${third}.1`)
    return { namespace, link, address }
  }

  /** Names of the instance's links, sorted. */
  links(): string[] {
    const links = JSON.parse(spawnSync("ip", ["-j", "link"], { encoding: "utf8" }).stdout) as { ifname: string }[]
    return links
      .map(({ ifname }) => ifname)
      .filter((name) => name.startsWith(`pl${this.tag}`))
      .sort()
  }

  nameServers(): number[] {
    return nameServersOf(this.#directory)
  }

  async dispose(): Promise<void> {
    for (const namespace of this.#others) await namespace[Symbol.asyncDispose]()
    try {
      await this.driver.destroy()
      expect(this.links()).toEqual([])
      expect(this.nameServers()).toEqual([])
      expect(spawnSync("nft", ["list", "tables"], { encoding: "utf8" }).stdout).not.toContain(`plimsoll-${this.tag}`)
    } finally {
      await rm(this.#directory, { recursive: true, force: true })
    }
  }
}
