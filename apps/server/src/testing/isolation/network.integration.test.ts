import { execFile, execFileSync, spawn } from "node:child_process"
import { createSocket } from "node:dgram"
import { once } from "node:events"
import { existsSync, readFileSync } from "node:fs"
import { type AddressInfo, createServer, type Server } from "node:net"
import { networkInterfaces } from "node:os"
import { promisify } from "node:util"
import { datagramsProgram, hoardingProgram, syscallProgram } from "@plimsoll/runtime/conformance"
import { afterAll, beforeAll, describe, expect, vi } from "vitest"
import type { ContainerInspect } from "../../contract/index.js"
import { attempt } from "./attempt.js"
import { type IsolationGround, openIsolationGround } from "./isolation-ground.js"

let ground: IsolationGround
/** Mallory's container in which everything is tried, and another of hers. */
let own: ContainerInspect
let mate: ContainerInspect
let alice: ContainerInspect
/** Alice's other one, to show that what Mallory does not reach is there. */
let friend: ContainerInspect

const serve = (words: string) => ["sh", "-c", `mkdir -p /www && echo ${words} > /www/index.html && exec httpd -f -p 80 -h /www`]
const SOCKET = 41
const [AF_INET, AF_PACKET, SOCK_STREAM, SOCK_RAW, IPPROTO_ICMP, IPPROTO_RAW] = [2, 17, 1, 3, 1, 255]
const EPERM = "1"

beforeAll(async () => {
  const program = (name: string, data: Buffer) => ({ name: `bin/${name}`, mode: 0o755, data })
  ground = await openIsolationGround({
    files: [
      program("packet-socket", syscallProgram(SOCKET, [AF_PACKET, SOCK_RAW, 0x0300])),
      program("icmp-socket", syscallProgram(SOCKET, [AF_INET, SOCK_RAW, IPPROTO_ICMP])),
      program("ip-socket", syscallProgram(SOCKET, [AF_INET, SOCK_RAW, IPPROTO_RAW])),
      program("connect-everywhere", datagramsProgram("198.51.100.2")),
      program("hoard-sockets", hoardingProgram(SOCKET, [AF_INET, SOCK_STREAM])),
    ],
  })
  const ports = [
    { containerPort: 80, protocol: "tcp" },
    { containerPort: 80, protocol: "tcp", hostAddress: "127.0.0.1" },
  ]
  alice = await ground.start("alice", { name: "alice-web", command: serve("alices"), ports })
  friend = await ground.start("alice", { name: "alice-friend" })
  own = await ground.start("mallory", { name: "mallory" })
  mate = await ground.start("mallory", { name: "mallory-web", command: serve("mallorys") })
  await vi.waitFor(async () => {
    expect(await fetched(friend, addressOf(alice), 80)).toBe("alices")
    expect(await fetched(own, addressOf(mate), 80)).toBe("mallorys")
  }, patience)
}, 120_000)
afterAll(async () => {
  await ground.clear()
  await ground.close()
})

const patience = { timeout: 20_000, interval: 100 }
const addressOf = ({ networks }: ContainerInspect): string => networks[0]?.address ?? "none"
const gatewayOf = ({ networks }: ContainerInspect): string => networks[0]?.gateway ?? "none"
const sh = async (script: string, from = own) => (await ground.sh(from.id, script)).stdout

/** The page at that port, or why there is none. (Debian's static busybox crashes in its own wget.) */
async function fetched(from: ContainerInspect, address: string, port: number): Promise<string> {
  const answer = await sh(`printf 'GET / HTTP/1.0\\r\\n\\r\\n' | nc -w 2 ${address} ${port}`, from)
  return answer.split("\n").at(-1) ?? ""
}

/** Addresses of this host that are not loopback's. */
const ownAddresses = (): string[] =>
  Object.values(networkInterfaces()).flatMap((list) =>
    (list ?? []).flatMap(({ family, internal, address }) => (family === "IPv4" && !internal ? [address] : [])),
  )

/** What answers there to the host itself. */
async function fromHost(address: string, port: number): Promise<string> {
  const script = `printf 'GET / HTTP/1.0\\r\\n\\r\\n' | timeout 5 busybox nc ${address} ${port}`
  return (await promisify(execFile)("sh", ["-c", script])).stdout
}

/** Somebody beside this host, at `PREFIX.2`, who says so on port 80. */
async function neighbour(prefix: string): Promise<AsyncDisposable & { address: string }> {
  const space = `plimsoll-test-${process.pid}`
  const link = `pm${process.pid}`
  const ip = (...args: string[]) => execFileSync("ip", args)
  ip("netns", "add", space)
  const takeAway = () => {
    // Whoever still runs in the namespace keeps it, but not the link.
    if (existsSync(`/sys/class/net/${link}`)) ip("link", "delete", link)
    ip("netns", "delete", space)
  }
  try {
    ip("link", "add", link, "type", "veth", "peer", "name", "eth0", "netns", space)
    ip("addr", "add", `${prefix}.1/30`, "dev", link)
    ip("link", "set", link, "up")
    ip("-n", space, "addr", "add", `${prefix}.2/30`, "dev", "eth0")
    ip("-n", space, "link", "set", "eth0", "up")
    ip("-n", space, "route", "add", "default", "via", `${prefix}.1`)
  } catch (error) {
    takeAway()
    throw error
  }
  const server = spawn("ip", ["netns", "exec", space, "busybox", "nc", "-ll", "-p", "80", "-e", "echo", "a neighbour"])
  return {
    address: `${prefix}.2`,
    async [Symbol.asyncDispose]() {
      const ended = once(server, "exit")
      server.kill()
      await ended
      takeAway()
    },
  }
}

async function listening(server: Server, host: string): Promise<number> {
  server.listen(0, host)
  await once(server, "listening")
  return (server.address() as AddressInfo).port
}

describe("from inside a tenant's container", () => {
  attempt("tenant-address", async () => {
    expect(await fetched(own, addressOf(alice), 80)).not.toContain("alices")
    expect(await fetched(own, addressOf(mate), 80)).toBe("mallorys")
  })

  attempt("tenant-name", async () => {
    await vi.waitFor(async () => expect(await sh("nslookup alice-web", friend)).toContain(addressOf(alice)), patience)
    for (const name of ["alice-web", "alice-web.alice", alice.id.slice(0, 12)])
      expect(await sh(`nslookup ${name}`)).not.toContain(addressOf(alice))
    expect(await sh(`timeout 3 nslookup alice-web ${gatewayOf(alice)}`)).not.toContain(addressOf(alice))
  })

  attempt("tenant-published-port", async () => {
    const [everywhere, loopback] = ["0.0.0.0", "127.0.0.1"].map(
      (at) => alice.ports.find(({ hostAddress }) => hostAddress === at)?.hostPort ?? 0,
    )
    const [lan = ""] = ownAddresses()
    expect(await fetched(own, lan, everywhere ?? 0)).toBe("alices")
    for (const address of [lan, gatewayOf(own), gatewayOf(alice), "127.0.0.1"])
      expect(await fetched(own, address, loopback ?? 0), address).not.toContain("alices")
    expect(await fromHost("127.0.0.1", loopback ?? 0)).toContain("alices")
  })

  attempt("host-listeners", async () => {
    const accepted: string[] = []
    const server = createServer((socket) => {
      accepted.push(socket.remoteAddress ?? "")
      socket.on("error", () => socket.destroy()).end("the host's")
    })
    const datagrams = createSocket("udp4").on("message", (_, { address }) => accepted.push(address))
    const port = await listening(server, "0.0.0.0")
    datagrams.bind(port)
    await once(datagrams, "listening")
    try {
      for (const address of [...ownAddresses(), gatewayOf(own), gatewayOf(alice), "127.0.0.1", "0.0.0.0"]) {
        expect(await sh(`echo | nc -w 1 ${address} ${port}`), address).not.toContain("the host's")
        await sh(`echo | nc -u -w 1 ${address} ${port}`)
      }
      expect(accepted).toEqual([])
      expect(await fromHost(ownAddresses()[0] ?? "", port)).toBe("the host's")
    } finally {
      server.close()
      datagrams.close()
    }
  })

  attempt("console-api", async () => {
    expect(await sh("find / -xdev -type s; find /run /var /tmp -name '*.sock' -o -name operator.token")).toBe("")
    const path = `${ground.server.runDirectory}/server.sock`
    expect(await sh(`ls ${path} ${ground.server.runDirectory} 2>/dev/null; nc local:${path} </dev/null 2>/dev/null && echo REACHED`)).toBe(
      "",
    )
    // Abstract sockets belong to the network namespace: only its own are listed.
    expect(await sh("grep -c '@' /proc/net/unix")).toBe("0")
    expect((await ground.server.request("/trpc/session.me")).status).toBe(401)
  })

  attempt("metadata-address", async () => {
    // Somebody at a link-local address, whom the host itself reaches: what is refused there is refused by us.
    await using someone = await neighbour("169.254.77")
    await vi.waitFor(async () => expect(await fromHost(someone.address, 80)).toContain("a neighbour"), patience)
    expect(await fetched(own, someone.address, 80)).not.toContain("a neighbour")
    // Refused at once, not only unanswered.
    expect(await sh("timeout 5 nc 169.254.169.254 80 </dev/null")).toMatch(/refused|unreachable|prohibited/i)
  })

  attempt("connection-table", async () => {
    await using someone = await neighbour("198.51.100")
    await vi.waitFor(async () => expect(await fetched(own, someone.address, 80)).toContain("a neighbour"), patience)
    const tracked = () => Number(readFileSync("/proc/sys/net/netfilter/nf_conntrack_count", "utf8"))
    const before = tracked()
    expect(await sh("connect-everywhere; echo $?")).toBe("0")
    const taken = tracked() - before
    // It was an attempt, and went no further than a network's part.
    expect(taken).toBeGreaterThan(4000)
    expect(taken).toBeLessThan(9000)
    expect(await fetched(own, someone.address, 80)).not.toContain("a neighbour")
    expect(await fetched(friend, someone.address, 80)).toContain("a neighbour")
    expect(await fetched(friend, addressOf(alice), 80)).toBe("alices")
  })

  attempt("raw-packets", async () => {
    expect(await sh("packet-socket; echo $?")).toBe(EPERM)
    expect(await sh("timeout 2 arping -c1 -I eth0 10.0.0.1")).toMatch(/not permitted/i)
  })

  attempt("raw-ip", async () => {
    expect(await sh("icmp-socket; echo $?; ip-socket; echo $?")).toBe(`${EPERM}\n${EPERM}`)
  })

  attempt("spoofed-address", async () => {
    const refused = await sh(
      `ip addr add ${addressOf(mate)}/32 dev eth0; ip link set eth0 address 02:00:00:00:00:01; ip route add 10.0.0.0/8 via ${gatewayOf(own)}`,
    )
    expect(refused.match(/not permitted|read-only/gi), refused).toHaveLength(3)
    expect(await sh(`echo | nc -w 1 -s ${addressOf(mate)} ${gatewayOf(own)} 53 && echo SENT`)).not.toContain("SENT")
  })

  attempt("other-network", async () => {
    await ground.mutate("networks.create", { host: "local", name: "secluded", tenant: "alice" })
    const refusal = expect.objectContaining({ engine: expect.objectContaining({ code: "not_found" }) })
    await expect(ground.mutate("networks.connect", { host: "local", name: "secluded", container: own.id })).rejects.toEqual(refusal)
    await expect(ground.start("mallory", { network: { kind: "network", network: "secluded" } })).rejects.toEqual(refusal)
    await expect(ground.start("mallory", { network: { kind: "container", container: alice.id } })).rejects.toMatchObject({
      engine: { code: expect.stringMatching(/not_found|permission_denied/) },
    })
    await ground.mutate("networks.remove", { host: "local", name: "secluded" })
  })

  attempt("many-sockets", async () => {
    const hoarder = await ground.start("mallory", {
      command: ["sh", "-c", "ulimit -n $(ulimit -Hn); for i in 1 2 3 4 5 6 7 8; do hoard-sockets & done; wait; sleep 1000"],
    })
    const ended = () => ground.query<ContainerInspect>("containers.inspect", { id: hoarder.id })
    // Sockets are the kernel's memory, and count as the tenant's.
    await vi
      .waitFor(async () => expect(kernelBytes(await ground.engine.containers.stats(hoarder.id))).toBeGreaterThan(8 * 2 ** 20), patience)
      .catch(async () => expect((await ended()).state).toMatchObject({ status: "exited", oomKilled: true }))
    expect(await fetched(friend, addressOf(alice), 80)).toBe("alices")
    const host = createServer()
    await listening(host, "127.0.0.1")
    host.close()
  })
})

const kernelBytes = ({ memory }: { memory: { kernelBytes: number } }): number => memory.kernelBytes
