import { type ChildProcess, spawn, spawnSync } from "node:child_process"
import { createSocket } from "node:dgram"
import { readFileSync } from "node:fs"
import { text } from "node:stream/consumers"
import { setTimeout as sleep } from "node:timers/promises"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import type { PublishedPort } from "../engine.js"
import { TestNamespace } from "./test-namespace.js"
import { type TestContainer, TestNetworks } from "./test-networks.js"

interface Sleeper extends TestContainer {
  ports: PublishedPort[]
  packets: number
}

let networks: TestNetworks
let namespaces: TestNamespace[]
let programs: ChildProcess[]

beforeEach(async () => {
  networks = await TestNetworks.open()
  namespaces = []
  programs = []
})

afterEach(async () => {
  for (const program of programs) program.kill("SIGKILL")
  for (const namespace of namespaces) await namespace[Symbol.asyncDispose]()
  await networks.dispose()
})

/** Runs, with port 80 published. */
async function container(): Promise<Sleeper> {
  const made = await networks.container()
  const ports = await networks.driver.reservePorts(made.id, [{ containerPort: 80, protocol: "tcp" }])
  const sleeper = Object.assign(made, { ports, packets: 0 })
  await networks.driver.detach(made.id)
  await networks.driver.settled()
  await networks.driver.attach({ ...networks.options(made), ports })
  return sleeper
}

async function park(sleeper: Sleeper): Promise<void> {
  const { process: _gone, ...options } = networks.options(sleeper)
  await networks.driver.park({ ...options, ports: sleeper.ports }, () => sleeper.packets++)
}

/** Its processes end; its place is kept. */
async function hibernate(sleeper: Sleeper): Promise<void> {
  await sleeper.namespace[Symbol.asyncDispose]()
  await park(sleeper)
  sleeper.packets = 0
}

/** Links in a new network namespace, and nobody who listens. */
async function attach(sleeper: Sleeper): Promise<void> {
  sleeper.namespace = await TestNamespace.open()
  namespaces.push(sleeper.namespace)
  await networks.driver.attach({ ...networks.options(sleeper), ports: sleeper.ports })
}

/** What `Date.now()` is afterwards. */
async function unpark({ id }: Sleeper): Promise<number> {
  await networks.driver.unpark(id)
  return Date.now()
}

async function woken(sleeper: Sleeper): Promise<void> {
  await expect.poll(() => sleeper.packets, { timeout: 5000, interval: 2 }).toBeGreaterThan(0)
}

interface Dialled {
  /** When the connection was there, as `Date.now()`. */
  at?: number
  said?: string
  error?: string
}

/** Connects from a namespace, or the host, without holding up this process, and reads to the end. */
async function dial(address: string, port: number, from?: TestNamespace): Promise<Dialled> {
  const program = `const r={};const s=require("node:net").connect(Number(process.argv[2]),process.argv[1],()=>{r.at=Date.now()})
s.on("data",d=>{r.said=(r.said??"")+d}).on("error",e=>{r.error=e.code}).on("close",()=>console.log(JSON.stringify(r)));setTimeout(()=>s.destroy(),8000).unref()`
  const words = [process.execPath, "-e", program, address, String(port)]
  // env(1) where there is nothing to enter.
  const [command, inside] = from === undefined ? ["env", []] : ["nsenter", [`--net=/proc/${from.pid}/ns/net`, "--"]]
  const child = spawn(command, [...inside, ...words], { stdio: ["ignore", "pipe", "inherit"] })
  programs.push(child)
  return JSON.parse(await text(child.stdout)) as Dialled
}

/** A command in a namespace, without holding up this process. */
async function run(namespace: TestNamespace, ...command: string[]): Promise<number | null> {
  const child = spawn("nsenter", [`--net=/proc/${namespace.pid}/ns/net`, "--", ...command], { stdio: "ignore" })
  programs.push(child)
  return new Promise((resolve) => child.once("close", resolve))
}

function bridge(): string {
  return networks.links().find((link) => link.includes("-")) ?? ""
}

function said(...command: [string, ...string[]]): string {
  const [program, ...args] = command
  return spawnSync(program, args, { encoding: "utf8" }).stdout
}

/** Everything on the host by which packets for the container could still be led somewhere. */
function traces({ attachment }: Sleeper): string[] {
  const lines = [
    ...said("bridge", "fdb", "show", "br", bridge()).split("\n"),
    ...said("ip", "neigh", "show", "dev", bridge()).split("\n"),
    ...said("nft", "list", "table", "inet", `plimsoll-${networks.tag}`).split("\n"),
    ...said("nft", "list", "table", "bridge", `plimsoll-${networks.tag}`).split("\n"),
  ]
  return lines.filter((line) => line.includes(`${attachment.address} `) || line.includes(`${attachment.macAddress} `))
}

/** Packet sockets that are bound to the bridge. */
function taps(): number {
  const index = Number(readFileSync(`/sys/class/net/${bridge()}/ifindex`, "utf8"))
  const rows = readFileSync("/proc/net/packet", "utf8").trim().split("\n").slice(1)
  return rows.filter((row) => Number(row.trim().split(/\s+/)[4]) === index).length
}

type Ask = (sleeper: Sleeper, other: Sleeper) => Promise<Dialled>

const fromHost: Ask = ({ attachment }) => dial(attachment.address, 80)
const fromContainer: Ask = ({ attachment }, other) => dial(attachment.address, 80, other.namespace)
const byPort: Ask = ({ ports }) => dial("127.0.0.1", ports[0]?.hostPort ?? 0)
const byPortFromContainer: Ask = ({ ports, attachment }, other) => dial(attachment.gateway, ports[0]?.hostPort ?? 0, other.namespace)

describe("a connection to a container that hibernates", () => {
  const ways: [string, Ask][] = [
    ["the host", fromHost],
    ["a published port", byPort],
    ["another container", fromContainer],
  ]
  const neighbours = ["who knows its MAC address", "who has to ask for it"]

  it.each(ways.flatMap(([from, ask]) => neighbours.map((who) => [from, who, ask] as const)))(
    "wakes it from %s, %s, and is made as soon as it runs",
    async (_, who, ask) => {
      const [sleeper, other] = [await container(), await container()]
      await sleeper.namespace.serve(80, "before")
      expect(await ask(sleeper, other)).toMatchObject({ said: "before\n" })
      await hibernate(sleeper)
      if (who === "who has to ask for it") {
        other.namespace.run("ip", "neigh", "flush", "all")
        expect(spawnSync("ip", ["neigh", "del", sleeper.attachment.address, "dev", bridge()]).status).toBe(0)
      } else other.namespace.run("ip", "neigh", "change", sleeper.attachment.address, "dev", "eth0", "nud", "stale")
      const dialled = ask(sleeper, other)
      await woken(sleeper)
      await attach(sleeper)
      // Nobody listens yet: whoever let a packet in would make the kernel refuse it.
      await sleep(50)
      const second = ask(sleeper, other)
      await sleep(150)
      await sleeper.namespace.serve(80, "after")
      const at = await unpark(sleeper)
      for (const { said, error, at: connectedAt = 0 } of [await dialled, await second]) {
        expect({ said, error }).toEqual({ said: "after\n", error: undefined })
        expect(connectedAt - at).toBeLessThan(300)
      }
      expect(await ask(sleeper, other)).toMatchObject({ said: "after\n" })
      expect(networks.warnings).toEqual([])
    },
  )

  it("wakes it long after it was alone on its bridge, and again", async () => {
    const sleeper = await container()
    for (const answer of ["first", "second"]) {
      await hibernate(sleeper)
      // The kernel takes up to a second to shut down a bridge without ports.
      await sleep(2500)
      const dialled = [fromHost(sleeper, sleeper), byPort(sleeper, sleeper)]
      await woken(sleeper)
      await attach(sleeper)
      await sleeper.namespace.serve(80, answer)
      await unpark(sleeper)
      for (const { said } of await Promise.all(dialled)) expect(said).toBe(`${answer}\n`)
    }
    await networks.driver.settled()
    expect(networks.links()).toHaveLength(2)
    await networks.driver.detach(sleeper.id)
  })

  it("is made from another machine, too", async () => {
    const [sleeper, outside] = [await container(), await networks.neighbour()]
    await hibernate(sleeper)
    const dialled = dial(outside.address.replace(/2$/, "1"), sleeper.ports[0]?.hostPort ?? 0, outside.namespace)
    await woken(sleeper)
    await attach(sleeper)
    await sleeper.namespace.serve(80, "after")
    const at = await unpark(sleeper)
    const { said, at: connectedAt = 0 } = await dialled
    expect(said).toBe("after\n")
    expect(connectedAt - at).toBeLessThan(300)
  })

  it("is made by a published port from its own network, at the latest when it is tried again", async () => {
    const [sleeper, other] = [await container(), await container()]
    await hibernate(sleeper)
    const dialled = byPortFromContainer(sleeper, other)
    await woken(sleeper)
    await attach(sleeper)
    await sleeper.namespace.serve(80, "after")
    await unpark(sleeper)
    expect(await dialled).toMatchObject({ said: "after\n" })
  })

  it("is not given up while waking takes long", async () => {
    const [sleeper, other] = [await container(), await container()]
    await hibernate(sleeper)
    // An answer to the question for its MAC address is waited for three seconds.
    const dialled = [fromHost, byPort, fromContainer].map((ask) => ask(sleeper, other))
    await sleep(4500)
    await attach(sleeper)
    await sleeper.namespace.serve(80, "after")
    const at = await unpark(sleeper)
    for (const { said, at: connectedAt = 0 } of await Promise.all(dialled)) {
      expect(said).toBe("after\n")
      expect(connectedAt - at).toBeLessThan(300)
    }
  })
})

describe("a container that hibernates", () => {
  it("is woken by a ping, and neither by questions for addresses nor by other tenants", async () => {
    const [sleeper, other] = [await container(), await container()]
    const stranger = await networks.container({ tenant: "other" })
    await hibernate(sleeper)
    const ask = (address: string): Promise<number | null> => run(other.namespace, "busybox", "arping", "-c1", "-w2", "-I", "eth0", address)
    expect(await ask(other.attachment.address.replace(/\d+$/, "250"))).not.toBe(0)
    expect(await ask(sleeper.attachment.address)).toBe(0)
    expect(await run(stranger.namespace, "busybox", "ping", "-c1", "-W1", sleeper.attachment.address)).not.toBe(0)
    expect(sleeper.packets).toBe(0)
    expect(await run(other.namespace, "busybox", "ping", "-c1", "-W1", sleeper.attachment.address)).not.toBe(0)
    expect(sleeper.packets).toBe(1)
  })

  it("is given the first packets that came meanwhile, unharmed, and not all of a flood", async () => {
    const [sleeper, other] = [await container(), await container()]
    await hibernate(sleeper)
    const flood = `const s=require("node:dgram").createSocket("udp4");let n=0
const go=()=>n<100?s.send("container "+n++,53,process.argv[1],go):s.close();go()`
    const host = createSocket("udp4")
    const answers: string[] = []
    host.on("message", (data) => answers.push(data.toString()))
    await new Promise<void>((resolve) => host.send("host", 53, sleeper.attachment.address, () => resolve()))
    await woken(sleeper)
    expect(await run(other.namespace, process.execPath, "-e", flood, sleeper.attachment.address)).toBe(0)
    await attach(sleeper)
    await sleeper.namespace.serveUdp(53, "answer")
    const before = Number(sleeper.namespace.run("sh", "-c", "awk '/^Udp: [0-9]/{print $2}' /proc/thread-self/net/snmp").stdout)
    await unpark(sleeper)
    await expect.poll(() => answers).toEqual(["answer"])
    host.close()
    const snmp = (): number[] =>
      sleeper.namespace.run("sh", "-c", "grep '^Udp: [0-9]' /proc/thread-self/net/snmp").stdout.split(" ").map(Number)
    await expect.poll(() => (snmp()[1] ?? 0) - before).toBe(64)
    // Datagrams with a wrong checksum.
    expect(snmp()[7]).toBe(0)
  })

  it("is forgotten when it is detached, before its wake and in it", async () => {
    const [sleeper, other] = [await container(), await container()]
    for (const isAttached of [false, true]) {
      await hibernate(sleeper)
      if (isAttached) await attach(sleeper)
      expect(taps()).toBe(1)
      expect(traces(sleeper)).not.toEqual([])
      await networks.driver.detach(sleeper.id)
      await networks.driver.settled()
      await expect.poll(taps).toBe(0)
      expect(traces(sleeper)).toEqual([])
      sleeper.packets = 0
      expect(await run(other.namespace, "busybox", "ping", "-c1", "-W1", sleeper.attachment.address)).not.toBe(0)
      expect(sleeper.packets).toBe(0)
      await attach(sleeper)
    }
    await sleeper.namespace.serve(80, "anew")
    // The other one may still be waiting for the answer that it did not get just now.
    expect(await byPort(sleeper, other)).toMatchObject({ said: "anew\n" })
  })

  it("keeps what came when waking fails", async () => {
    const [sleeper, other] = [await container(), await container()]
    await hibernate(sleeper)
    const dialled = fromContainer(sleeper, other)
    await woken(sleeper)
    await attach(sleeper)
    await hibernate(sleeper)
    await attach(sleeper)
    await sleeper.namespace.serve(80, "after")
    const at = await unpark(sleeper)
    const { said, at: connectedAt = 0 } = await dialled
    expect(said).toBe("after\n")
    expect(connectedAt - at).toBeLessThan(300)
  })

  it("is heard in each of its networks, and given what came by each", async () => {
    const [sleeper, other] = [await container(), await container()]
    await networks.driver.create({ name: "back", tenant: "acme", internal: true })
    const second = await networks.connect(sleeper, "back")
    await networks.connect(other, "back")
    await networks.driver.detach(sleeper.id)
    await hibernate(sleeper)
    const dialled = [dial(second.address, 80, other.namespace), fromHost(sleeper, other)]
    await woken(sleeper)
    await attach(sleeper)
    await expect.poll(() => sleeper.packets).toBeGreaterThan(1)
    await sleeper.namespace.serve(80, "after")
    const at = await unpark(sleeper)
    for (const { said, at: connectedAt = 0 } of await Promise.all(dialled)) {
      expect(said).toBe("after\n")
      expect(connectedAt - at).toBeLessThan(300)
    }
  })

  it("goes on as before when its processes did not end after all", async () => {
    const [sleeper, other] = [await container(), await container()]
    await sleeper.namespace.serve(80, "still here")
    await park(sleeper)
    expect(sleeper.namespace.run("ip", "-o", "link").stdout).not.toContain("eth0")
    const dialled = fromContainer(sleeper, other)
    await woken(sleeper)
    await networks.driver.attach({ ...networks.options(sleeper), ports: sleeper.ports })
    await unpark(sleeper)
    expect(await dialled).toMatchObject({ said: "still here\n" })
    expect(await byPort(sleeper, other)).toMatchObject({ said: "still here\n" })
  })

  it("is heard again after the engine was away, and nothing leads to the one that runs", async () => {
    const [sleeper, runner, other] = [await container(), await container(), await container()]
    await hibernate(sleeper)
    await hibernate(runner)
    await attach(runner)
    await runner.namespace.serve(80, "runs")
    await networks.reopen()
    const dialled = fromHost(sleeper, other)
    await networks.driver.reconcile(
      [runner, other].map((each) => ({ ...networks.options(each), ports: each.ports })),
      new Map([sleeper, runner, other].map(({ id, tenant, attachment, ports }) => [id, { tenant, attachments: [attachment], ports }])),
    )
    // The host asks where it is, for who waits.
    expect(traces(sleeper).filter((line) => !/INCOMPLETE|FAILED/.test(line))).toEqual([])
    expect(await fromContainer(runner, other)).toMatchObject({ said: "runs\n" })
    expect(await fromHost(runner, other)).toMatchObject({ said: "runs\n" })
    await park(sleeper)
    await woken(sleeper)
    await attach(sleeper)
    await sleeper.namespace.serve(80, "after")
    await unpark(sleeper)
    expect(await dialled).toMatchObject({ said: "after\n" })
  })
})
