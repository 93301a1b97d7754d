import { spawnSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { setTimeout as sleep } from "node:timers/promises"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { findNameServer } from "./find-name-server.js"
import { TestNetworks } from "./test-networks.js"

let networks: TestNetworks

beforeEach(async () => {
  networks = await TestNetworks.open()
})
afterEach(() => networks.dispose())

const reaches = (from: { namespace: { run(...command: string[]): { exitCode: number | null } } }, address: string): boolean =>
  from.namespace.run("busybox", "ping", "-c1", "-W1", address).exitCode === 0

describe("a tenant's own network", () => {
  it("has a bridge and a subnet of its own, which nothing of another tenant reaches", async () => {
    const [a, b, c] = [await networks.container(), await networks.container({ tenant: "other" }), await networks.container()]
    expect(networks.driver.list().map(({ name, tenant }) => `${tenant}: ${name}`)).toEqual([
      "acme: acme.bridge",
      "other: other.bridge",
      "operator: host",
      "operator: none",
    ])
    expect(a.attachment.gateway).not.toBe(b.attachment.gateway)
    expect(reaches(a, c.attachment.address)).toBe(true)
    expect(reaches(b, a.attachment.address)).toBe(false)
    // The other network's gateway is an address of the host; pings of it are answered, its subnet is not reached through it.
    b.namespace.run("ip", "route", "add", a.attachment.address, "via", b.attachment.gateway)
    expect(reaches(b, a.attachment.address)).toBe(false)
    await networks.end(b)
    await networks.driver.release(b.id)
    await networks.driver.removeTenant("other")
    expect(networks.driver.list().map(({ name }) => name)).toEqual(["acme.bridge", "host", "none"])
    expect(networks.links().filter((name) => name.includes("-"))).toEqual([`pl${networks.tag}-1`])
  })

  it("carries nothing with a made-up address: neither another's, nor a free one, nor another MAC", async () => {
    const [a, b] = [await networks.container(), await networks.container()]
    expect(reaches(a, b.attachment.address)).toBe(true)
    const free = a.attachment.address.replace(/\d+$/, "200")
    const from = (address: string): number | null =>
      a.namespace.run("busybox", "ping", "-c1", "-W1", "-I", address, a.attachment.gateway).exitCode
    expect(from(a.attachment.address)).toBe(0)
    a.namespace.run("ip", "addr", "add", `${free}/32`, "dev", "eth0")
    expect(from(free)).not.toBe(0)
    await networks.end(b)
    a.namespace.run("ip", "addr", "add", `${b.attachment.address}/32`, "dev", "eth0")
    expect(from(b.attachment.address)).not.toBe(0)
    a.namespace.run("ip", "link", "set", "eth0", "address", b.attachment.macAddress)
    expect(from(a.attachment.address)).not.toBe(0)
    a.namespace.run("ip", "link", "set", "eth0", "address", a.attachment.macAddress)
    expect(from(a.attachment.address)).toBe(0)
  })

  it("does not believe a container that says it were its neighbour", async () => {
    const [liar, victim, asker] = [await networks.container(), await networks.container(), await networks.container()]
    const claim = ["-c2", "-U", "-s", victim.attachment.address, "-I", "eth0", asker.attachment.address]
    liar.namespace.run("ip", "addr", "add", `${victim.attachment.address}/32`, "dev", "eth0")
    liar.namespace.run("timeout", "3", "busybox", "arping", ...claim)
    expect(asker.namespace.run("ip", "neigh", "show", victim.attachment.address).stdout).not.toContain(liar.attachment.macAddress)
    expect(reaches(asker, victim.attachment.address)).toBe(true)
    expect(asker.namespace.run("ip", "neigh", "show", victim.attachment.address).stdout).toContain(victim.attachment.macAddress)
  })

  it("binds a link without starting a process", async () => {
    const { attachment } = await networks.container()
    const { stdout } = spawnSync("nft", ["list", "set", "bridge", `plimsoll-${networks.tag}`, "bound"], { encoding: "utf8" })
    const before = spawnSync("nft", ["-a", "list", "table", "bridge", `plimsoll-${networks.tag}`], { encoding: "utf8" }).stdout
    const second = await networks.container()
    const after = spawnSync("nft", ["-a", "list", "table", "bridge", `plimsoll-${networks.tag}`], { encoding: "utf8" }).stdout
    expect(stdout).toContain(`${attachment.macAddress} . ${attachment.address}`)
    expect(after).toContain(`${second.attachment.macAddress} . ${second.attachment.address}`)
    // Rules that are written anew have other handles.
    expect(after.match(/table bridge .* # handle \d+/)?.[0]).toBe(before.match(/table bridge .* # handle \d+/)?.[0])
  })
})

describe("networks that a tenant makes", () => {
  it("are apart from each other, but for a container that is in both, while it is", async () => {
    const front = await networks.driver.create({ name: "front", tenant: "acme", labels: { tier: "1" } })
    await networks.driver.create({ name: "back", tenant: "acme", subnet: "10.253.7.0/24" })
    expect(front).toMatchObject({ name: "front", tenant: "acme", driver: "bridge", internal: false, labels: { tier: "1" } })
    const [web, database] = [await networks.container({ network: "front" }), await networks.container({ network: "back" })]
    expect(database.attachment).toMatchObject({ gateway: "10.253.7.1", prefixLength: 24 })
    expect(reaches(web, database.attachment.address)).toBe(false)
    const second = await networks.connect(web, "back")
    expect(web.namespace.run("ip", "-4", "-br", "addr").stdout).toContain(`eth1@`)
    expect(reaches(web, database.attachment.address)).toBe(true)
    expect(reaches(database, second.address)).toBe(true)
    expect(reaches(database, web.attachment.address)).toBe(false)
    const before = networks.driver.sample(web.id)?.transmittedPackets ?? 0
    expect(reaches(web, database.attachment.address)).toBe(true)
    await expect.poll(() => networks.driver.sample(web.id)?.transmittedPackets).toBeGreaterThan(before)
    await networks.disconnect(web, "back")
    expect(web.namespace.run("ip", "-br", "link").stdout).not.toContain("eth1")
    expect(reaches(web, database.attachment.address)).toBe(false)
    expect(reaches(web, web.attachment.gateway)).toBe(true)
  })

  it("keep a way out when the network that had it goes", async () => {
    const outside = await networks.neighbour()
    await networks.driver.create({ name: "front", tenant: "acme" })
    const web = await networks.container()
    await networks.connect(web, "front")
    expect(reaches(web, outside.address)).toBe(true)
    await networks.disconnect(web, "acme.bridge")
    expect(reaches(web, outside.address)).toBe(true)
  })

  it("have no way out when they are internal, not even by a port that another publishes", async () => {
    const outside = await networks.neighbour()
    await networks.driver.create({ name: "vault", tenant: "acme", internal: true })
    const [inside, beside, free] = [
      await networks.container({ network: "vault" }),
      await networks.container({ network: "vault" }),
      await networks.container(),
    ]
    expect(reaches(inside, beside.attachment.address)).toBe(true)
    expect(reaches(free, outside.address)).toBe(true)
    inside.namespace.run("ip", "route", "add", "default", "via", inside.attachment.gateway)
    expect(reaches(inside, outside.address)).toBe(false)
    expect(reaches(inside, free.attachment.address)).toBe(false)
    expect(reaches(free, inside.attachment.address)).toBe(false)
  })

  it("are refused with the reason, and removed only when nobody is in them", async () => {
    const { driver } = networks
    const { attachment } = await networks.container()
    await driver.create({ name: "own", tenant: "acme", subnet: "10.253.8.0/24" })
    const refusals: [string, Parameters<typeof driver.create>[0]][] = [
      ["name_in_use", { name: "own", tenant: "other" }],
      ["name_in_use", { name: "bridge", tenant: "acme" }],
      ["invalid_argument", { name: "other.bridge", tenant: "acme" }],
      ["conflict", { name: "overlaps", tenant: "acme", subnet: "10.253.0.0/16" }],
      ["conflict", { name: "overlaps", tenant: "acme", subnet: `${attachment.gateway.replace(/\d+$/, "0")}/28` }],
      ["invalid_argument", { name: "public", tenant: "acme", subnet: "8.8.8.0/24" }],
      ["invalid_argument", { name: "crooked", tenant: "acme", subnet: "10.253.9.1/24" }],
    ]
    for (const [code, options] of refusals) await expect(driver.create(options), options.name).rejects.toMatchObject({ code })
    await expect(driver.reserve({ containerId: "x", tenant: "other", network: "own" })).rejects.toMatchObject({ code: "not_found" })
    await expect(driver.reserve({ containerId: "x", tenant: "other", network: "acme.bridge" })).rejects.toMatchObject({ code: "not_found" })
    const member = await networks.container({ network: "own" })
    await expect(driver.remove("own")).rejects.toMatchObject({ code: "network_in_use" })
    await expect(driver.remove("acme.bridge")).rejects.toMatchObject({ code: "conflict" })
    await networks.end(member)
    await driver.release(member.id)
    await driver.remove("own")
    await expect(driver.remove("own")).rejects.toMatchObject({ code: "not_found" })
  })

  it("get different subnets when twenty are made at once", async () => {
    const names = Array.from({ length: 20 }, (_, index) => `net-${index}`)
    const made = await Promise.all(names.map((name) => networks.driver.create({ name, tenant: "acme" })))
    expect(new Set(made.map(({ subnet }) => subnet)).size).toBe(20)
    expect(new Set(made.map(({ bridge }) => bridge)).size).toBe(20)
  })
})

describe.skipIf(findNameServer() === undefined)("names", () => {
  it("are those of the container's own networks, and of no other", async () => {
    await networks.driver.create({ name: "back", tenant: "acme" })
    const web = await networks.container({ name: "web", aliases: ["www"] })
    const database = await networks.container({ name: "db", network: "back" })
    const stranger = await networks.container({ name: "strange", tenant: "other" })
    const { gateway } = web.attachment
    await expect.poll(() => web.namespace.resolve("web", gateway)).toEqual([web.attachment.address])
    expect(await web.namespace.resolve("WWW", gateway)).toEqual([web.attachment.address])
    expect(await web.namespace.resolve(web.id.slice(0, 12), gateway)).toEqual([web.attachment.address])
    expect(await web.namespace.resolve(web.attachment.address, gateway)).toContain("web")
    expect(await known(web, "db")).toEqual([])
    expect(await known(web, "strange")).toEqual([])
    expect(await known(stranger, "web")).toEqual([])
    // Another network's name server is not there for it.
    expect(await stranger.namespace.resolve("web", gateway)).toBe("refused")
    const second = await networks.connect(web, "back", ["api"])
    await expect.poll(() => database.namespace.resolve("api", database.attachment.gateway)).toEqual([second.address])
    expect(await web.namespace.resolve("db", gateway)).toEqual([database.attachment.address])
    await networks.disconnect(web, "back")
    await expect.poll(() => known(database, "api")).toEqual([])
    networks.driver.rename(web.id, "shop", web.connections)
    await expect.poll(() => web.namespace.resolve("shop", gateway)).toEqual([web.attachment.address])
    expect(networks.warnings).toEqual([])
  })

  it("are resolved again within seconds after the name server was killed, and fail fast until then", async () => {
    const web = await networks.container({ name: "web" })
    const [pid] = networks.nameServers()
    process.kill(pid ?? 0, "SIGKILL")
    const began = performance.now()
    web.namespace.run("timeout", "4", "busybox", "nslookup", "web", web.attachment.gateway)
    expect(performance.now() - began).toBeLessThan(4000)
    await expect.poll(() => web.namespace.resolve("web", web.attachment.gateway), { timeout: 15_000 }).toEqual([web.attachment.address])
    expect(networks.nameServers()).not.toContain(pid)
  })

  it("are resolved while the engine is away, by the same name server that the next engine goes on with", async () => {
    const web = await networks.container({ name: "web" })
    const before = networks.nameServers()
    expect(before).toHaveLength(1)
    await networks.driver.close()
    expect(await web.namespace.resolve("web", web.attachment.gateway)).toEqual([web.attachment.address])
    await networks.reopen()
    await networks.reconcile()
    expect(networks.nameServers()).toEqual(before)
    const late = await networks.container({ name: "late" })
    await expect.poll(() => web.namespace.resolve("late", web.attachment.gateway)).toEqual([late.attachment.address])
  })

  it("need no name server once there is no container", async () => {
    const web = await networks.container()
    expect(networks.nameServers()).toHaveLength(1)
    await networks.end(web)
    await networks.driver.close()
    expect(networks.nameServers()).toEqual([])
    await networks.reopen()
  })
})

describe("reconciliation", () => {
  it("removes bridges, queues, links and the name server that a crash left without a document or a container", async () => {
    const kept = await networks.container()
    const gone = await networks.container({ tenant: "other" })
    await networks.driver.setRate("other", 1_000_000)
    const stray = `pl${networks.tag}-zz`
    expect(spawnSync("ip", ["link", "add", stray, "type", "bridge"]).status).toBe(0)
    await gone.namespace[Symbol.asyncDispose]()
    networks.containers.splice(networks.containers.indexOf(gone), 1)
    await networks.reopen()
    await networks.reconcile()
    expect(networks.links().filter((name) => name === stray || name.includes("+"))).toEqual([])
    expect(reaches(kept, kept.attachment.gateway)).toBe(true)
    networks.containers.length = 0
    await networks.reopen()
    await networks.reconcile()
    expect(networks.nameServers()).toEqual([])
  })

  it("makes links of every network anew when a reboot or somebody took them", async () => {
    await networks.driver.create({ name: "back", tenant: "acme" })
    const [web, database] = [await networks.container(), await networks.container({ network: "back" })]
    await networks.connect(web, "back")
    for (const link of networks.links()) spawnSync("ip", ["link", "delete", link])
    for (const family of ["inet", "bridge"]) spawnSync("nft", ["delete", "table", family, `plimsoll-${networks.tag}`])
    await networks.reopen()
    await networks.reconcile()
    expect(reaches(web, database.attachment.address)).toBe(true)
    expect(web.namespace.run("ip", "route", "show", "default").stdout).toContain(web.attachment.gateway)
  })
})

describe("the rate of a tenant", () => {
  it("is that of the sum of two containers, in each direction, while they run, and is lifted again", async () => {
    const bytesPerSecond = 2_000_000
    const outside = await networks.neighbour()
    const containers = [await networks.container(), await networks.container()]
    await outside.namespace.swallow(9000)
    const outward = () => Number(readFileSync(`/sys/class/net/${outside.link}/statistics/tx_bytes`, "utf8"))
    // At the containers: what comes to the queue and finds it full is sent again, and counts for nothing.
    const inward = () => containers.reduce((sum, { id }) => sum + (networks.driver.sample(id)?.receivedBytes ?? 0), 0)
    await networks.driver.setRate("acme", bytesPerSecond)
    for (const { namespace } of containers) namespace.send(outside.address, 9000, 10)
    const sent = await rateOf(outward)
    expect(sent / bytesPerSecond, `${sent} bytes/s out`).toBeGreaterThan(0.8)
    expect(sent / bytesPerSecond, `${sent} bytes/s out`).toBeLessThan(1.2)
    await networks.driver.setRate("acme", undefined)
    expect(await rateOf(outward)).toBeGreaterThan(bytesPerSecond * 2)
    await outside.namespace.pour(9001)
    await networks.driver.setRate("acme", bytesPerSecond)
    for (const { namespace } of containers) namespace.fetch(outside.address, 9001, 10)
    const received = await rateOf(inward)
    expect(received / bytesPerSecond, `${received} bytes/s in`).toBeGreaterThan(0.8)
    expect(received / bytesPerSecond, `${received} bytes/s in`).toBeLessThan(1.2)
  })
})

/** Addresses that the container's name server has for the name. aardvark-dns 1.13 and newer asks the host's resolvers for what it does not know; one that nobody answers counts as not known. */
async function known(from: Awaited<ReturnType<TestNetworks["container"]>>, name: string): Promise<string[]> {
  const answer = await from.namespace.resolve(name, from.attachment.gateway)
  return answer === "refused" ? [] : answer
}

/** Bytes a second that the counter grows by, over two seconds, after the burst that each queue allows. */
async function rateOf(read: () => number): Promise<number> {
  await sleep(500)
  const [began, before] = [performance.now(), read()]
  await sleep(2000)
  return ((read() - before) / (performance.now() - began)) * 1000
}
