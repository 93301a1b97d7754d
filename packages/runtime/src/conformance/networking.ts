import { get } from "node:http"
import { createServer, type Server } from "node:net"
import { describe, expect, it } from "vitest"
import { expectRefusal, fetchScript, type Harness, script } from "./harness.js"

const server = script("httpd -f -p 80 -h /etc")

export function networkingConformance(harness: Harness): void {
  describe("network", () => {
    it("gives each container an address, a gateway and a name for itself", async () => {
      const { id, networks } = await harness.start({ hostname: "own-name" })
      expect(networks).toHaveLength(1)
      const [own] = networks
      const { stdout } = await harness.exec(id, ["sh", "-c", "ip -4 addr show eth0; ip route; cat /etc/hosts; cat /sys/class/net/lo/flags"])
      expect(stdout).toContain(`inet ${own?.address}/${own?.prefixLength}`)
      expect(stdout).toContain(`default via ${own?.gateway}`)
      expect(stdout).toMatch(new RegExp(`${own?.address}\\s.*own-name`))
      const other = await harness.start()
      expect(other.networks[0]?.address).not.toBe(own?.address)
    })

    it("keeps the address over a restart", async (context) => {
      harness.needsAbility(context, "stable-address")
      const { id, networks } = await harness.start()
      await harness.engine.containers.restart(id)
      expect((await harness.engine.containers.inspect(id)).networks).toEqual(networks)
      expect((await harness.exec(id, ["ip", "-4", "addr", "show", "eth0"])).stdout).toContain(`${networks[0]?.address}/`)
    })

    it("lets containers reach each other by address", async () => {
      const { networks } = await harness.start(server)
      await expect
        .poll(async () => (await harness.run(script(fetchScript(networks[0]?.address ?? "", 80)))).stdout)
        .toContain("hello from the image")
    })

    it("lets nothing pass between tenants, but what they publish", async () => {
      const { id, networks, ports } = await harness.start({ ...server, tenant: "net-a", ports: [{ containerPort: 80, protocol: "tcp" }] })
      const [address, gateway] = [networks[0]?.address ?? "", networks[0]?.gateway ?? ""]
      const ask = async (tenant: string, host: string, port: number): Promise<string> =>
        (await harness.run({ ...script(fetchScript(host, port)), tenant })).stdout
      await expect.poll(() => ask("net-a", address, 80), { timeout: 10_000 }).toContain("hello from the image")
      expect(await ask("net-b", address, 80)).toBe("")
      expect(await ask("net-b", gateway, ports[0]?.hostPort ?? 0)).toContain("hello from the image")
      expect((await harness.engine.containers.inspect(id)).state.status).toBe("running")
      await harness.removeContainers()
      for (const tenant of ["net-a", "net-b"]) await harness.engine.tenants.remove(tenant)
    })

    it("none has loopback alone", async () => {
      expect(
        await harness.shell("ls /sys/class/net; ip route | wc -l; ip link show lo | grep -c LOOPBACK,UP", { network: { kind: "none" } }),
      ).toBe("lo\n0\n1")
    })

    it("is refused by an unknown name", async () => {
      await expectRefusal(harness.create({ network: { kind: "network", network: "no-such-network" } }), "not_found")
      await expectRefusal(harness.engine.networks.inspect("no-such-network"), "not_found")
    })

    it("is listed with the containers that are in it", async () => {
      const { id, name, networks } = await harness.start()
      const bridge = await harness.engine.networks.inspect("bridge")
      expect(bridge).toMatchObject({ driver: "bridge", gateway: networks[0]?.gateway })
      expect(bridge.containers).toContainEqual({ id, name, address: networks[0]?.address })
      expect((await harness.engine.networks.list()).map((network) => network.name)).toEqual(
        expect.arrayContaining(["bridge", "host", "none"]),
      )
    })

    it("two of one tenant are apart, until a container is connected to both, which it stays over a restart", async (context) => {
      harness.needs(context, "networks")
      const { networks, containers } = harness.engine
      const cursor = await harness.newestCursor()
      try {
        for (const name of ["conf-front", "conf-back"]) await networks.create({ name })
        await expectRefusal(networks.create({ name: "conf-front" }), "name_in_use")
        const back = await harness.start({ ...server, name: "conf-server", network: { kind: "network", network: "conf-back" } })
        const { id } = await harness.start({ network: { kind: "network", network: "conf-front" } })
        const address = back.networks[0]?.address ?? ""
        const fetch = async (host: string): Promise<string> => (await harness.exec(id, ["sh", "-c", fetchScript(host, 80)])).stdout
        const apart = harness.lacks("network.apart") ? expect.anything() : ""
        expect(await fetch(address)).toEqual(apart)
        const attachment = await networks.connect("conf-back", id, { aliases: ["conf-alias"] })
        expect(attachment.network).toBe("conf-back")
        await expect.poll(() => fetch(address), { timeout: 15_000 }).toContain("hello from the image")
        expect((await containers.inspect(id)).networks.map(({ network }) => network).sort()).toEqual(["conf-back", "conf-front"])
        await expectRefusal(networks.connect("conf-back", id), "conflict")
        await expectRefusal(networks.remove("conf-back"), "network_in_use", "conflict")
        await containers.restart(id, { timeoutMs: 100 })
        await expect.poll(() => fetch(address), { timeout: 15_000 }).toContain("hello from the image")
        await networks.disconnect("conf-back", id)
        expect(await fetch(address)).toEqual(apart)
        await expectRefusal(networks.disconnect("conf-back", id), "not_found")
        const told = harness.lacks("network-events") ? [] : ["create", "connect", "disconnect"]
        await expect
          .poll(async () =>
            (await harness.eventsAfter(cursor))
              .filter(({ kind, name }) => kind === "network" && name === "conf-back")
              .map(({ action }) => action),
          )
          .toEqual(expect.arrayContaining(told))
      } finally {
        await harness.removeContainers()
        for (const name of ["conf-front", "conf-back"]) await networks.remove(name).catch(() => undefined)
      }
      await expectRefusal(networks.inspect("conf-back"), "not_found")
    })

    it("of one's own knows its containers by name and alias", async (context) => {
      harness.needs(context, "networks")
      harness.needsAbility(context, "network.names")
      const { networks } = harness.engine
      try {
        await networks.create({ name: "conf-names" })
        const network = { kind: "network" as const, network: "conf-names" }
        await harness.start({ ...server, name: "conf-named", network: { ...network, aliases: ["conf-alias"] } })
        const { id } = await harness.start({ network })
        for (const name of ["conf-named", "conf-alias"]) {
          const fetch = async (): Promise<string> => (await harness.exec(id, ["sh", "-c", fetchScript(name, 80)])).stdout
          await expect.poll(fetch, { timeout: 15_000 }).toContain("hello from the image")
        }
        const { id: stranger } = await harness.start()
        expect((await harness.exec(stranger, ["sh", "-c", fetchScript("conf-named", 80)])).stdout).toBe("")
      } finally {
        await harness.removeContainers()
        await networks.remove("conf-names").catch(() => undefined)
      }
    })

    it("of another tenant is as good as none", async (context) => {
      harness.needs(context, "tenant-networks")
      const { networks, tenants } = harness.engine
      await networks.create({ name: "conf-theirs", tenant: "net-a" })
      try {
        const { id } = await harness.start({ tenant: "net-b" })
        await expectRefusal(networks.connect("conf-theirs", id), "not_found")
        await expectRefusal(harness.create({ tenant: "net-b", network: { kind: "network", network: "conf-theirs" } }), "not_found")
        await harness.start({ tenant: "net-a", network: { kind: "network", network: "conf-theirs" } })
        await expectRefusal(networks.remove("conf-theirs"), "network_in_use")
      } finally {
        await harness.removeContainers()
        await networks.remove("conf-theirs")
        for (const tenant of ["net-a", "net-b"]) await tenants.remove(tenant)
      }
    })

    it("networks of one's own are made where the engine has them, and refused elsewhere", async () => {
      const made = harness.engine.networks.create({ name: "own-network" })
      if (!harness.info.features.includes("networks")) return expectRefusal(made, "unsupported")
      await made
      await harness.engine.networks.remove("own-network")
      await expectRefusal(harness.engine.networks.inspect("own-network"), "not_found")
    })
  })

  describe("a published port", () => {
    it("is reachable on the host while the container runs", async () => {
      const { id, ports } = await harness.start({ ...server, ports: [{ containerPort: 80, protocol: "tcp" }] })
      const hostPort = ports[0]?.hostPort ?? 0
      expect(hostPort).toBeGreaterThanOrEqual(32768)
      await expect.poll(() => fetchText(hostPort, "/motd")).toBe("hello from the image\n")
      await harness.engine.containers.stop(id, { timeoutMs: 100 })
      expect(await fetchText(hostPort, "/motd")).toBeUndefined()
    })

    it("keeps its number over a restart", async () => {
      const { id, ports } = await harness.start({ ...server, ports: [{ containerPort: 80, protocol: "tcp", hostAddress: "127.0.0.1" }] })
      await harness.engine.containers.restart(id, { timeoutMs: 100 })
      expect((await harness.engine.containers.inspect(id)).ports).toEqual(ports)
      await expect.poll(() => fetchText(ports[0]?.hostPort ?? 0, "/motd")).toBe("hello from the image\n")
    })

    it("that another container has is refused, and nothing is left of the second", async () => {
      const { ports } = await harness.start({ ports: [{ containerPort: 80, protocol: "tcp" }] })
      const before = (await harness.engine.containers.list()).length
      await expectRefusal(
        harness.create({ ports: [{ containerPort: 81, protocol: "tcp", hostPort: ports[0]?.hostPort ?? 0 }] }),
        "port_in_use",
      )
      expect(await harness.engine.containers.list()).toHaveLength(before)
      await expect(
        harness.create({ ports: [{ containerPort: 81, protocol: "udp", hostPort: ports[0]?.hostPort ?? 0 }] }),
      ).resolves.toBeDefined()
    })

    it("that a program of the host has is refused", async () => {
      const listener = await listen()
      try {
        await expectRefusal(harness.create({ ports: [{ containerPort: 80, protocol: "tcp", hostPort: listener.port }] }), "port_in_use")
      } finally {
        await new Promise((resolve) => listener.server.close(resolve))
      }
    })

    it("is free again when its container is removed", async () => {
      const { id, ports } = await harness.start({ ports: [{ containerPort: 80, protocol: "tcp" }] })
      const mapping = { containerPort: 80, protocol: "tcp" as const, hostPort: ports[0]?.hostPort ?? 0 }
      await harness.engine.containers.stop(id, { timeoutMs: 0 })
      const stopped = (await harness.engine.containers.list()).find((row) => row.id === id)
      expect([stopped?.ports, stopped?.portMappings]).toMatchObject([[], [{ containerPort: 80, protocol: "tcp" }]])
      await harness.engine.containers.remove(id, { force: true })
      expect((await harness.start({ ports: [mapping] })).ports).toMatchObject([mapping])
    })
  })
}

/** Text of a page on the host's loopback; undefined when nobody answers. */
function fetchText(port: number, path: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const request = get({ host: "127.0.0.1", port, path, timeout: 2000, agent: false }, (response) => {
      let text = ""
      response.on("data", (chunk: Buffer) => {
        text += chunk.toString()
      })
      response.on("end", () => resolve(text))
      response.on("error", () => resolve(undefined))
    })
    request.on("timeout", () => request.destroy())
    request.on("error", () => resolve(undefined))
  })
}

async function listen(): Promise<{ server: Server; port: number }> {
  const listener = createServer()
  await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve))
  const address = listener.address()
  if (address === null || typeof address === "string") throw new Error("no port")
  return { server: listener, port: address.port }
}
