import type { PublishedPort } from "../../engine.js"
import { EngineError } from "../../errors.js"
import type { PortMapping } from "../../spec/container-spec.js"
import { parseAddress } from "../ipv4.js"
import { findListener, type Listener } from "./find-listener.js"
import type { ForeignPublish } from "./other-instances.js"
import { tryBind } from "./try-bind.js"

export interface PortChooser {
  /** Host ports that containers of this instance hold, with the container's id. */
  held: readonly { containerId: string; port: PublishedPort }[]
  /** What other engines on this host publish. */
  foreign?: readonly ForeignPublish[]
  /** `undefined` when the port can be bound, else the errno. Injected for tests. */
  tryBind?: typeof tryBind
  findListener?: typeof findListener
  /** 0 ≤ n < 1. */
  random?: () => number
}

/**
 * Decides a host port for each mapping. Those that name one get it or the whole request is refused with `port_in_use`,
 * which names the container or the process that has it; the others get a free one of 32768–60999.
 * Rejects with `invalid_argument` for an address that is not this host's.
 */
export async function choosePorts(mappings: readonly PortMapping[], chooser: PortChooser): Promise<PublishedPort[]> {
  const chosen: PublishedPort[] = []
  const fixedFirst = [...mappings.entries()].sort(([, a], [, b]) => Number(a.hostPort === undefined) - Number(b.hostPort === undefined))
  const result = new Map<number, PublishedPort>()
  for (const [index, mapping] of fixedFirst) {
    const wanted = { containerPort: mapping.containerPort, protocol: mapping.protocol, hostAddress: checkedAddress(mapping.hostAddress) }
    const port =
      mapping.hostPort === undefined
        ? await freePort(wanted, chosen, chooser)
        : await namedPort({ ...wanted, hostPort: mapping.hostPort }, chosen, chooser)
    chosen.push(port)
    result.set(index, port)
  }
  return mappings.map((_, index) => result.get(index)).filter((port) => port !== undefined)
}

const firstFreePort = 32768
const lastFreePort = 60999
const attempts = 200

async function namedPort(port: PublishedPort, chosen: readonly PublishedPort[], chooser: PortChooser): Promise<PublishedPort> {
  if (chosen.some((other) => collide(port, other))) throw taken(port, { holder: "request" })
  const owner = chooser.held.find((held) => collide(port, held.port))
  if (owner !== undefined) throw taken(port, { holder: "container", containerId: owner.containerId })
  const foreign = chooser.foreign?.find((other) => collide(port, other))
  if (foreign !== undefined) throw taken(port, { holder: "instance", instance: foreign.instance })
  const errno = await (chooser.tryBind ?? tryBind)(port)
  if (errno === undefined) return port
  if (errno === "EADDRNOTAVAIL")
    throw new EngineError("invalid_argument", {
      facts: { hostAddress: port.hostAddress },
      publicMessage: `${port.hostAddress} is not an address of this host. Publish on one that it has, or on 0.0.0.0.`,
    })
  if (errno !== "EADDRINUSE")
    throw new EngineError("network_failed", { facts: { op: "bind", errno, hostAddress: port.hostAddress, hostPort: port.hostPort } })
  throw taken(port, { holder: "process", listener: await (chooser.findListener ?? findListener)(port) })
}

async function freePort(
  port: Omit<PublishedPort, "hostPort">,
  chosen: readonly PublishedPort[],
  chooser: PortChooser,
): Promise<PublishedPort> {
  const random = chooser.random ?? Math.random
  for (let attempt = 0; attempt < attempts; attempt++) {
    const candidate = { ...port, hostPort: firstFreePort + Math.floor(random() * (lastFreePort - firstFreePort + 1)) }
    const others = [...chosen, ...chooser.held.map((held) => held.port), ...(chooser.foreign ?? [])]
    if (others.some((other) => collide(candidate, other))) continue
    const errno = await (chooser.tryBind ?? tryBind)(candidate)
    if (errno === undefined) return candidate
    if (errno !== "EADDRINUSE") return namedPort(candidate, chosen, chooser)
  }
  throw new EngineError("port_in_use", {
    facts: { protocol: port.protocol, from: firstFreePort, to: lastFreePort },
    publicMessage: `No free ${port.protocol} port was found in ${firstFreePort}–${lastFreePort}. Name a host port.`,
  })
}

/** True when both cannot be published: same protocol and port, and addresses that overlap. */
export function collide(a: HostPort, b: HostPort): boolean {
  const overlap = a.hostAddress === b.hostAddress || a.hostAddress === "0.0.0.0" || b.hostAddress === "0.0.0.0"
  return overlap && a.protocol === b.protocol && a.hostPort === b.hostPort
}

function checkedAddress(address: string | undefined): string {
  if (address === undefined || address === "") return "0.0.0.0"
  if (parseAddress(address) !== undefined) return address
  throw new EngineError("invalid_argument", {
    facts: { hostAddress: address },
    publicMessage: `${JSON.stringify(address)} is not an IPv4 address to publish on. Use for example 0.0.0.0 or 127.0.0.1.`,
  })
}

type HostPort = Pick<PublishedPort, "protocol" | "hostPort" | "hostAddress">
type Holder =
  | { holder: "request" }
  | { holder: "instance"; instance: string }
  | { holder: "container"; containerId: string }
  | { holder: "process"; listener: Listener | undefined }

function taken(port: PublishedPort, holder: Holder): EngineError {
  const place = `Port ${port.hostPort}/${port.protocol} on ${port.hostAddress}`
  const facts = { hostPort: port.hostPort, protocol: port.protocol, hostAddress: port.hostAddress, holder: holder.holder }
  switch (holder.holder) {
    case "request":
      return new EngineError("port_in_use", {
        facts,
        publicMessage: `${place} is asked for twice. Choose another host port for one of them.`,
      })
    case "instance":
      return new EngineError("port_in_use", {
        facts: { ...facts, instance: holder.instance },
        publicMessage: `${place} is published by another engine on this host (${holder.instance}). Choose another host port.`,
      })
    case "container":
      return new EngineError("port_in_use", {
        facts: { ...facts, containerId: holder.containerId },
        publicMessage: `${place} is published by container ${holder.containerId.slice(0, 12)}. Choose another host port.`,
      })
    case "process": {
      const who =
        holder.listener === undefined
          ? "another process of the host"
          : `the process ${holder.listener.command} (pid ${holder.listener.pid})`
      return new EngineError("port_in_use", {
        facts: { ...facts, pid: holder.listener?.pid, command: holder.listener?.command },
        publicMessage: `${place} is taken by ${who}. Choose another host port, or stop it.`,
      })
    }
  }
}
