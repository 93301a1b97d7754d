import { spawn, spawnSync } from "node:child_process"
import { randomBytes } from "node:crypto"
import { createSocket } from "node:dgram"
import { readFileSync, writeFileSync } from "node:fs"
import { mkdtemp, rm } from "node:fs/promises"
import { createServer, type Server } from "node:net"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import type { NetworkAttachment, PublishedPort } from "../engine.js"
import { type ProcessIdentity, readProcessStat } from "../kernel/process-stat.js"
import { createNetworkDriver } from "./create-network-driver.js"
import type { AttachOptions, KnownContainers, NetworkDriver } from "./network-driver.js"
import { askFromHost, nameServersOf, ownAddresses, TestNamespace } from "./test-namespace.js"

interface Container {
  id: string
  tenant: string
  namespace: TestNamespace
  attachment: NetworkAttachment
  ports: PublishedPort[]
}

let directory: string
let tag: string
let driver: NetworkDriver
let namespaces: TestNamespace[]
const warnings: string[] = []

beforeEach(async () => {
  directory = await mkdtemp("/var/tmp/plimsoll-test-")
  tag = randomBytes(3).toString("hex")
  driver = await openDriver()
  namespaces = []
})

afterEach(async () => {
  for (const namespace of namespaces) await namespace[Symbol.asyncDispose]()
  try {
    await driver.destroy()
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
  expect(ownLinks()).toEqual([])
  expect(nameServersOf(directory)).toEqual([])
  expect(spawnSync("nft", ["list", "tables"], { encoding: "utf8" }).stdout).not.toContain(`plimsoll-${tag}`)
})

function openDriver(): Promise<NetworkDriver> {
  return createNetworkDriver({
    directory: join(directory, "networks"),
    runDirectory: join(directory, "names"),
    instance: `plimsoll-${tag}`,
    tag,
    warn: (message, facts) => warnings.push(`${message} ${JSON.stringify(facts)}`),
  })
}

function known(ours: Container[], ...others: Container[]): KnownContainers {
  const entries = (containers: Container[], tenant: string) =>
    containers.map(({ id, attachment, ports }) => [id, { tenant, attachments: [attachment], ports }] as const)
  return new Map([...entries(ours, "acme"), ...entries(others, "other")])
}

function ownLinks(): string[] {
  const links = JSON.parse(spawnSync("ip", ["-j", "link"], { encoding: "utf8" }).stdout) as { ifname: string }[]
  return links.map((link) => link.ifname).filter((name) => name.startsWith(`pl${tag}`))
}

async function namespace(): Promise<TestNamespace> {
  const opened = await TestNamespace.open()
  namespaces.push(opened)
  return opened
}

async function container(
  ports: { containerPort: number; hostPort?: number; hostAddress?: string }[] = [],
  tenant = "acme",
): Promise<Container> {
  const id = randomBytes(32).toString("hex")
  const opened = await namespace()
  const attachment = await driver.reserve({ containerId: id, tenant, network: "bridge" })
  const published = await driver.reservePorts(
    id,
    ports.map((port) => ({ protocol: "tcp" as const, ...port })),
  )
  const made = { id, tenant, namespace: opened, attachment, ports: published }
  await driver.attach(attachOptions(made))
  return made
}

/** As the engine would tell the driver of it, with these attachments instead of its first. */
function attachOptions(
  { id, tenant, namespace: { identity }, attachment, ports }: Container,
  ...others: NetworkAttachment[]
): AttachOptions {
  const attachments = others.length === 0 ? [attachment] : others
  return {
    containerId: id,
    process: identity,
    connections: attachments.map((each) => ({ attachment: each, aliases: [] })),
    ports,
    name: `name-${id.slice(0, 8)}`,
    tenant,
  }
}

/** Attaches a process without ports to the attachment's network. */
function attach(id: string, process: ProcessIdentity, attachment: NetworkAttachment, on = driver): Promise<void> {
  return on.attach({ containerId: id, process, connections: [{ attachment, aliases: [] }], ports: [], name: id, tenant: "operator" })
}

/** Another machine: a namespace joined to the host by a link of its own, outside of the engine's networks. */
async function neighbour(): Promise<{ namespace: TestNamespace; hostAddress: string; address: string }> {
  const opened = await namespace()
  const link = `plt${tag}`
  const third = Number.parseInt(tag.slice(0, 2), 16)
  const [hostAddress, address] = [`10.254.${third}.1`, `10.254.${third}.2`]
  const run = (...args: string[]) => expect(spawnSync("ip", args).status).toBe(0)
  run("link", "add", link, "type", "veth", "peer", "name", "eth0", "netns", String(opened.pid))
  run("addr", "add", `${hostAddress}/24`, "dev", link)
  run("link", "set", link, "up")
  opened.run("ip", "addr", "add", `${address}/24`, "dev", "eth0")
  opened.run("ip", "link", "set", "eth0", "up")
  opened.run("ip", "link", "set", "lo", "up")
  return { namespace: opened, hostAddress, address }
}

async function hostListener(host: string): Promise<{ server: Server; port: number }> {
  const server = createServer((socket) => socket.end("host\n"))
  await new Promise<void>((resolve) => server.listen(0, host, resolve))
  const address = server.address()
  if (address === null || typeof address === "string") throw new Error("no port")
  return { server, port: address.port }
}

describe("a container's link", () => {
  it("has its address, a default route and loopback", async () => {
    const { namespace: inside, attachment } = await container()
    const links = JSON.parse(inside.run("ip", "-j", "addr").stdout) as {
      ifname: string
      address: string
      operstate: string
      flags: string[]
      addr_info: { local: string; prefixlen: number }[]
    }[]
    const eth0 = links.find((link) => link.ifname === "eth0")
    expect(eth0?.addr_info.map((entry) => `${entry.local}/${entry.prefixlen}`)).toEqual([`${attachment.address}/22`])
    expect(eth0?.address).toBe(attachment.macAddress)
    expect(links.find((link) => link.ifname === "lo")?.flags).toContain("UP")
    expect(inside.run("ip", "route", "show", "default").stdout).toContain(`default via ${attachment.gateway} dev eth0`)
    expect(inside.run("busybox", "ping", "-c1", "-W2", attachment.gateway).exitCode).toBe(0)
  })

  it("reaches its neighbours on the bridge", async () => {
    const [a, b] = [await container(), await container()]
    await b.namespace.serve(80, "from b")
    expect(a.namespace.ask(b.attachment.address, 80)).toBe("from b")
  })

  it("is counted as the container sees it", async () => {
    const { id, namespace: inside, attachment } = await container()
    expect(inside.run("busybox", "ping", "-c3", "-i", "0.01", "-W2", attachment.gateway).exitCode).toBe(0)
    await expect.poll(() => driver.sample(id)?.transmittedPackets).toBeGreaterThanOrEqual(3)
    const own = inside.run("cat", "/proc/thread-self/net/dev").stdout
    expect(own).toContain("eth0")
    expect(driver.sample("unknown")).toBeUndefined()
  })

  it("keeps its address until it is released", async () => {
    const { id, attachment } = await container()
    await driver.detach(id)
    expect(await driver.reserve({ containerId: id, tenant: "acme", network: "bridge" })).toEqual(attachment)
    const again = await openDriver()
    expect(await again.reserve({ containerId: id, tenant: "acme", network: "bridge" })).toEqual(attachment)
    await again.close()
    const wanted = { containerId: "other", tenant: "acme", network: "bridge", address: attachment.address }
    await expect(driver.reserve(wanted)).rejects.toMatchObject({
      code: "conflict",
    })
    await driver.release(id)
    expect(await driver.reserve({ containerId: "other", tenant: "acme", network: "bridge", address: attachment.address })).toEqual(
      attachment,
    )
  })

  it("goes with its container, and its address can be used again at once", async () => {
    const first = await container()
    await first.namespace[Symbol.asyncDispose]()
    namespaces = namespaces.filter((opened) => opened !== first.namespace)
    await driver.detach(first.id)
    const second = await namespace()
    await attach(first.id, second.identity, first.attachment)
    expect(second.run("busybox", "ping", "-c1", "-W2", first.attachment.gateway).exitCode).toBe(0)
    await second[Symbol.asyncDispose]()
    namespaces = namespaces.filter((opened) => opened !== second)
    await driver.detach(first.id)
    await driver.settled()
    expect(ownLinks()).toEqual([`pl${tag}-1`])
  })

  it("is never made in the host's own namespace", async () => {
    const attachment = await driver.reserve({ containerId: "host", network: "bridge" })
    const ourselves = { pid: process.pid, startTicks: readProcessStat(process.pid)?.startTicks ?? 0 }
    await expect(attach("host", ourselves, attachment)).rejects.toMatchObject({
      code: "network_failed",
    })
    expect(ownLinks()).toEqual([`pl${tag}`])
  })

  it("leaves nothing when the process is gone", async () => {
    const opened = await namespace()
    const attachment = await driver.reserve({ containerId: "gone", network: "bridge" })
    await opened[Symbol.asyncDispose]()
    namespaces = []
    await expect(attach("gone", opened.identity, attachment)).rejects.toMatchObject({
      code: "network_failed",
    })
    expect(ownLinks()).toEqual([`pl${tag}`])
  })

  it("is never made in the namespace of a process that has got the pid meanwhile", async () => {
    const opened = await namespace()
    const attachment = await driver.reserve({ containerId: "reused", network: "bridge" })
    const earlier = { ...opened.identity, startTicks: opened.identity.startTicks - 1 }
    const refused = { code: "network_failed", publicMessage: expect.stringContaining("ended") }
    await expect(attach("reused", earlier, attachment)).rejects.toMatchObject(refused)
    await expect(driver.attachLoopback(earlier)).rejects.toMatchObject(refused)
    expect(opened.run("ip", "-o", "link").stdout.trim()).toMatch(/^1: lo: <LOOPBACK> [^\n]*$/)
    expect(ownLinks()).toEqual([`pl${tag}`])
  })

  it("none has only loopback", async () => {
    const opened = await namespace()
    await driver.attachLoopback(opened.identity)
    expect(opened.run("busybox", "ping", "-c1", "-W2", "127.0.0.1").exitCode).toBe(0)
    expect(opened.run("ip", "route").stdout).toBe("")
  })
})

describe("tenants", () => {
  it("do not reach each other's containers, but their own and published ports", async () => {
    const [a, b, c] = [await container([{ containerPort: 80 }]), await container([], "other"), await container()]
    await a.namespace.serve(80, "from a")
    expect(c.namespace.ask(a.attachment.address, 80)).toBe("from a")
    expect(b.namespace.ask(a.attachment.address, 80)).toBeUndefined()
    expect(b.namespace.run("busybox", "ping", "-c1", "-W1", a.attachment.address).exitCode).not.toBe(0)
    // Neither by a made-up neighbour entry, nor by the gateway.
    b.namespace.run("ip", "neigh", "replace", a.attachment.address, "lladdr", a.attachment.macAddress, "dev", "eth0")
    expect(b.namespace.ask(a.attachment.address, 80)).toBeUndefined()
    expect(b.namespace.ask(b.attachment.gateway, a.ports[0]?.hostPort ?? 0)).toBe("from a")
  })

  it("are kept apart by the engine that takes over", async () => {
    const [a, b, c] = [await container(), await container([], "other"), await container()]
    await a.namespace.serve(80, "from a")
    const again = await openDriver()
    await again.reconcile(
      [a, b, c].map((each) => attachOptions(each)),
      known([a, c], b),
    )
    expect(c.namespace.ask(a.attachment.address, 80)).toBe("from a")
    expect(b.namespace.ask(a.attachment.address, 80)).toBeUndefined()
    await again.close()
  })
})

describe("a published port", () => {
  it("is reachable from the host by every address, and not after the container left", async () => {
    const { id, namespace: inside, ports } = await container([{ containerPort: 80 }])
    await inside.serve(80, "hello")
    const hostPort = ports[0]?.hostPort ?? 0
    expect(askFromHost("127.0.0.1", hostPort)).toBe("hello")
    for (const address of ownAddresses()) expect(askFromHost(address, hostPort)).toBe("hello")
    await driver.detach(id)
    expect(askFromHost("127.0.0.1", hostPort)).toBeUndefined()
  })

  it("is reachable from other machines, which reach nothing else of the container", async () => {
    const outside = await neighbour()
    const { namespace: inside, ports, attachment } = await container([{ containerPort: 80 }])
    await inside.serve(80, "hello")
    await inside.serve(81, "secret")
    expect(outside.namespace.ask(outside.hostAddress, ports[0]?.hostPort ?? 0)).toBe("hello")
    outside.namespace.run("ip", "route", "add", attachment.address, "via", outside.hostAddress)
    expect(outside.namespace.ask(attachment.address, 81)).toBeUndefined()
    expect(outside.namespace.ask(attachment.address, 80)).toBeUndefined()
  })

  it("on 127.0.0.1 is not reachable from elsewhere, not even by a crafted route", async () => {
    const outside = await neighbour()
    const { namespace: inside, ports } = await container([{ containerPort: 80, hostAddress: "127.0.0.1" }])
    await inside.serve(80, "hello")
    const hostPort = ports[0]?.hostPort ?? 0
    expect(askFromHost("127.0.0.1", hostPort)).toBe("hello")
    expect(outside.namespace.ask(outside.hostAddress, hostPort)).toBeUndefined()
    outside.namespace.run("ip", "addr", "del", "127.0.0.1/8", "dev", "lo")
    outside.namespace.run("sysctl", "-w", "net.ipv4.conf.all.route_localnet=1")
    outside.namespace.run("ip", "route", "add", "127.0.0.1", "via", outside.hostAddress)
    expect(outside.namespace.ask("127.0.0.1", hostPort)).toBeUndefined()
    expect((await container()).namespace.ask((await container()).attachment.gateway, hostPort)).toBeUndefined()
  })

  it("is reachable from containers by the host's address, from the container itself too", async () => {
    const { namespace: inside, ports, attachment } = await container([{ containerPort: 80 }])
    await inside.serve(80, "hello")
    const hostPort = ports[0]?.hostPort ?? 0
    const other = await container()
    expect(other.namespace.ask(attachment.gateway, hostPort)).toBe("hello")
    for (const address of ownAddresses()) expect(other.namespace.ask(address, hostPort)).toBe("hello")
    expect(inside.ask(attachment.gateway, hostPort)).toBe("hello")
  })

  it("carries UDP", async () => {
    const opened = await namespace()
    const attachment = await driver.reserve({ containerId: "udp", tenant: "acme", network: "bridge" })
    const ports = await driver.reservePorts("udp", [{ containerPort: 53, protocol: "udp", hostAddress: "127.0.0.1" }])
    await driver.attach(attachOptions({ id: "udp", tenant: "acme", namespace: opened, attachment, ports }))
    await opened.serveUdp(53, "answer")
    const socket = createSocket("udp4")
    const answer = new Promise((resolve) => socket.once("message", (data) => resolve(data.toString())))
    socket.send("question", ports[0]?.hostPort ?? 0, "127.0.0.1")
    expect(await answer).toBe("answer")
    socket.close()
  })

  it("that a container has is refused to the next, naming the container", async () => {
    const { id, ports } = await container([{ containerPort: 80 }])
    const mapping = { containerPort: 90, protocol: "tcp" as const, hostPort: ports[0]?.hostPort ?? 0 }
    await expect(driver.reservePorts("second", [mapping])).rejects.toMatchObject({
      code: "port_in_use",
      facts: { holder: "container", containerId: id },
    })
    await driver.detach(id)
    await expect(driver.reservePorts("second", [mapping])).rejects.toMatchObject({ code: "port_in_use" })
    await driver.release(id)
    expect(await driver.reservePorts("second", [mapping])).toMatchObject([{ hostPort: mapping.hostPort }])
  })

  it("that a program of the host has is refused, naming the program", async () => {
    const { server, port } = await hostListener("127.0.0.1")
    try {
      await expect(driver.reservePorts("c", [{ containerPort: 80, protocol: "tcp", hostPort: port }])).rejects.toMatchObject({
        code: "port_in_use",
        facts: { holder: "process", pid: process.pid },
      })
      await expect(driver.reservePorts("c", [{ containerPort: 80, protocol: "udp", hostPort: port }])).resolves.toHaveLength(1)
    } finally {
      server.close()
    }
  })

  it("asked for by many at once goes to one", async () => {
    const free = (await driver.reservePorts("probe", [{ containerPort: 80, protocol: "tcp" }]))[0]?.hostPort ?? 0
    await driver.release("probe")
    const outcomes = await Promise.allSettled(
      Array.from({ length: 20 }, (_, index) => driver.reservePorts(`c${index}`, [{ containerPort: 80, protocol: "tcp", hostPort: free }])),
    )
    expect(outcomes.filter((outcome) => outcome.status === "fulfilled")).toHaveLength(1)
  })
})

describe("the host", () => {
  it("hides its own listeners from containers", async () => {
    // A process of its own: this one does not answer while it waits for a program.
    const listener = spawn("busybox", ["nc", "-ll", "-p", "28417", "-e", "/bin/echo", "host"])
    try {
      await expect.poll(() => askFromHost("127.0.0.1", 28417)).toBe("host")
      const { namespace: inside, attachment } = await container()
      for (const address of [attachment.gateway, ...ownAddresses()]) expect(inside.ask(address, 28417)).toBeUndefined()
      inside.run("ip", "addr", "del", "127.0.0.1/8", "dev", "lo")
      inside.run("sysctl", "-w", "net.ipv4.conf.all.route_localnet=1")
      inside.run("ip", "route", "add", "127.0.0.1", "via", attachment.gateway)
      expect(inside.ask("127.0.0.1", 28417)).toBeUndefined()
    } finally {
      listener.kill("SIGKILL")
    }
  })

  it("masks containers with its own address on the way out", async () => {
    const outside = await neighbour()
    await outside.namespace.serve(80, "outside")
    const { namespace: inside } = await container()
    // The neighbour has no route to the container: an answer comes only if the source was the host's address.
    expect(inside.ask(outside.address, 80)).toBe("outside")
  })

  it("hides the cloud's metadata service from containers, but not its resolver", async () => {
    const outside = await neighbour()
    const third = Number.parseInt(tag.slice(2, 4), 16)
    expect(spawnSync("ip", ["addr", "add", `169.254.${third}.1/24`, "dev", `plt${tag}`]).status).toBe(0)
    outside.namespace.run("ip", "addr", "add", `169.254.${third}.2/24`, "dev", "eth0")
    for (const port of [53, 80]) await outside.namespace.serve(port, `port ${port}`)
    const { namespace: inside } = await container()
    expect(askFromHost(`169.254.${third}.2`, 80)).toBe("port 80")
    expect(inside.ask(`169.254.${third}.2`, 80)).toBeUndefined()
    expect(inside.ask(`169.254.${third}.2`, 53)).toBe("port 53")
  })

  it("drops packets with a source that is not of the subnet", async () => {
    const [a, b] = [await container(), await container([{ containerPort: 80 }])]
    await b.namespace.serve(80, "hello")
    a.namespace.run("ip", "addr", "add", "192.0.2.77/32", "dev", "eth0")
    expect(a.namespace.run("busybox", "ping", "-c1", "-W1", "-I", "192.0.2.77", a.attachment.gateway).exitCode).not.toBe(0)
  })

  it("gets its rules back after somebody flushed them", async () => {
    const first = await container([{ containerPort: 80 }])
    await first.namespace.serve(80, "first")
    for (const family of ["inet", "bridge"]) expect(spawnSync("nft", ["delete", "table", family, `plimsoll-${tag}`]).status).toBe(0)
    expect(askFromHost("127.0.0.1", first.ports[0]?.hostPort ?? 0)).toBeUndefined()
    await container()
    expect(askFromHost("127.0.0.1", first.ports[0]?.hostPort ?? 0)).toBe("first")
  })
})

describe("reconciliation", () => {
  it("removes links, rules and addresses of containers that are gone and keeps the others'", async () => {
    const [kept, gone] = [await container([{ containerPort: 80 }]), await container([{ containerPort: 80 }])]
    await kept.namespace.serve(80, "kept")
    await gone.namespace.serve(80, "gone")
    // The engine before is gone: nothing of it looks after the name server any more.
    await driver.close()
    const again = await openDriver()
    await again.reconcile([attachOptions(kept)], known([kept]))
    expect(askFromHost("127.0.0.1", kept.ports[0]?.hostPort ?? 0)).toBe("kept")
    expect(askFromHost("127.0.0.1", gone.ports[0]?.hostPort ?? 0)).toBeUndefined()
    expect(ownLinks()).toHaveLength(2)
    expect(await again.reserve({ containerId: "next", tenant: "acme", network: "bridge", address: gone.attachment.address })).toMatchObject(
      {
        address: gone.attachment.address,
      },
    )
    expect(again.sample(kept.id)).toBeDefined()
    await again.close()
    driver = await openDriver()
  })

  it("gives known containers back the addresses and ports that a power cut took from the list", async () => {
    const [kept, lost] = [await container([{ containerPort: 80 }]), await container([{ containerPort: 80 }])]
    const path = join(directory, "networks/acme.bridge.json")
    const document = JSON.parse(readFileSync(path, "utf8")) as { leases: Record<string, unknown> }
    delete document.leases[lost.id]
    writeFileSync(path, JSON.stringify(document))
    const again = await openDriver()
    await again.reconcile([], known([kept, lost]))
    expect(await again.reserve({ containerId: lost.id, tenant: "acme", network: "bridge" })).toEqual(lost.attachment)
    const mapping = { containerPort: 80, protocol: "tcp" as const, hostPort: lost.ports[0]?.hostPort ?? 0 }
    await expect(again.reservePorts("next", [mapping])).rejects.toMatchObject({ code: "port_in_use", facts: { containerId: lost.id } })
    await again.close()
  })

  it("joins containers to a bridge that somebody deleted", async () => {
    const kept = await container([{ containerPort: 80 }])
    await kept.namespace.serve(80, "kept")
    spawnSync("ip", ["link", "delete", `pl${tag}-1`])
    await driver.reconcile([attachOptions(kept)], known([kept]))
    expect(askFromHost("127.0.0.1", kept.ports[0]?.hostPort ?? 0)).toBe("kept")
  })
})

describe("two instances", () => {
  it("do not publish one port", async () => {
    const { ports } = await container([{ containerPort: 80 }])
    const other = await createNetworkDriver({
      directory: join(directory, "other"),
      runDirectory: join(directory, "other-names"),
      instance: `plimsoll-${tag.replace(/.$/, "z")}`,
      tag: "ffffff",
    })
    try {
      const mapping = { containerPort: 80, protocol: "tcp" as const, hostPort: ports[0]?.hostPort ?? 0 }
      await expect(other.reservePorts("theirs", [mapping])).rejects.toMatchObject({
        code: "port_in_use",
        facts: { holder: "instance", instance: `plimsoll-${tag}` },
      })
    } finally {
      await other.destroy()
    }
  })

  it("choose different subnets and do not reach each other's containers", async () => {
    const other = await createNetworkDriver({
      directory: join(directory, "other"),
      runDirectory: join(directory, "other-names"),
      instance: `plimsoll-${tag}b`,
      tag: tag.replace(/.$/, (digit) => (digit === "0" ? "1" : "0")),
    })
    try {
      const ours = await container()
      await ours.namespace.serve(80, "ours")
      const opened = await namespace()
      const attachment = await other.reserve({ containerId: "theirs", network: "bridge" })
      await attach("theirs", opened.identity, attachment, other)
      expect(attachment.gateway).not.toBe(ours.attachment.gateway)
      expect(opened.ask(ours.attachment.address, 80)).toBeUndefined()
    } finally {
      await other.destroy()
    }
  })
})
