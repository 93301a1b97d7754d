import { describe, expect, it } from "vitest"
import type { PublishedPort } from "../../engine.js"
import { choosePorts, collide, type PortChooser } from "./choose-ports.js"

const published = (port: Partial<PublishedPort>): PublishedPort => ({
  containerPort: 80,
  protocol: "tcp",
  hostPort: 8080,
  hostAddress: "0.0.0.0",
  ...port,
})
const free: PortChooser = { held: [], tryBind: async () => undefined, findListener: async () => undefined }

describe("choosePorts", () => {
  it("keeps the order of what was asked for", async () => {
    const ports = await choosePorts(
      [
        { containerPort: 1, protocol: "tcp" },
        { containerPort: 2, protocol: "tcp", hostPort: 40000 },
        { containerPort: 3, protocol: "udp" },
      ],
      free,
    )
    expect(ports.map((port) => port.containerPort)).toEqual([1, 2, 3])
  })

  it("picks free ports of 32768–60999, and none that is named beside them", async () => {
    const randoms = [0, 0, 0.99999]
    const ports = await choosePorts(
      [
        { containerPort: 1, protocol: "tcp" },
        { containerPort: 2, protocol: "tcp", hostPort: 32768 },
      ],
      { ...free, random: () => randoms.shift() ?? 0.5 },
    )
    expect(ports.map((port) => port.hostPort)).toEqual([60999, 32768])
  })

  it("passes over ports that containers and programs have", async () => {
    const busy = new Set([32769])
    const randoms = [0, 1 / 28232 + 1e-9, 2 / 28232 + 1e-9]
    const ports = await choosePorts([{ containerPort: 1, protocol: "tcp" }], {
      held: [{ containerId: "c", port: published({ hostPort: 32768 }) }],
      tryBind: async (port) => (busy.has(port.hostPort) ? "EADDRINUSE" : undefined),
      random: () => randoms.shift() ?? 0,
    })
    expect(ports[0]?.hostPort).toBe(32770)
  })

  it("refuses a port twice in one request", async () => {
    const twice = [
      { containerPort: 1, protocol: "tcp" as const, hostPort: 8080 },
      { containerPort: 2, protocol: "tcp" as const, hostPort: 8080, hostAddress: "127.0.0.1" },
    ]
    await expect(choosePorts(twice, free)).rejects.toMatchObject({ code: "port_in_use", facts: { holder: "request" } })
  })

  it("names the container or the process that has the port", async () => {
    const mapping = { containerPort: 80, protocol: "tcp" as const, hostPort: 8080 }
    await expect(
      choosePorts([mapping], { ...free, held: [{ containerId: "0123456789abcdef", port: published({ hostAddress: "127.0.0.1" }) }] }),
    ).rejects.toMatchObject({
      code: "port_in_use",
      publicMessage: expect.stringContaining("container 0123456789ab"),
    })
    await expect(
      choosePorts([mapping], { held: [], tryBind: async () => "EADDRINUSE", findListener: async () => ({ pid: 812, command: "nginx" }) }),
    ).rejects.toMatchObject({
      code: "port_in_use",
      publicMessage: expect.stringContaining("nginx (pid 812)"),
    })
  })

  it("refuses addresses that are not the host's, or none at all", async () => {
    await expect(choosePorts([{ containerPort: 80, protocol: "tcp", hostPort: 80, hostAddress: "::1" }], free)).rejects.toMatchObject({
      code: "invalid_argument",
    })
    for (const hostPort of [80, undefined]) {
      const mapping = {
        containerPort: 80,
        protocol: "tcp" as const,
        hostAddress: "203.0.113.1",
        ...(hostPort === undefined ? {} : { hostPort }),
      }
      await expect(choosePorts([mapping], { held: [], tryBind: async () => "EADDRNOTAVAIL" })).rejects.toMatchObject({
        code: "invalid_argument",
      })
    }
  })

  it("gives up when no port is free", async () => {
    await expect(
      choosePorts([{ containerPort: 80, protocol: "tcp" }], { held: [], tryBind: async () => "EADDRINUSE" }),
    ).rejects.toMatchObject({ code: "port_in_use" })
  })
})

describe("collide", () => {
  it.each<[Partial<PublishedPort>, boolean]>([
    [{}, true],
    [{ hostAddress: "127.0.0.1" }, true],
    [{ protocol: "udp" }, false],
    [{ hostPort: 8081 }, false],
  ])("0.0.0.0:8080/tcp and %j: %s", (other, expected) => {
    expect(collide(published({}), published(other))).toBe(expected)
  })
  it("not on two addresses", () => {
    expect(collide(published({ hostAddress: "127.0.0.1" }), published({ hostAddress: "192.0.2.1" }))).toBe(false)
  })
})
