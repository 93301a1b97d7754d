import { randomInt } from "node:crypto"
import { EngineError } from "../../errors.js"
import type { PortMapping } from "../../spec/container-spec.js"
import type { DaemonFacts } from "../daemon.js"
import { portsLabel } from "../labels.js"
import type { WireContainerRow } from "../wire.js"
import type { SettledSpec } from "./spec-to-docker.js"

interface TakenPort {
  protocol: "tcp" | "udp"
  address: string
  port: number
}

const firstPort = 32_768
const lastPort = 60_999
const attempts = 200

/**
 * Gives each mapping its host port for good: Docker itself would choose anew at every start. Rejects with `port_in_use` when another
 * container has it, or, of an engine on this host, another program; elsewhere the start will tell.
 */
export async function choosePorts(
  mappings: readonly PortMapping[],
  known: { rows: readonly WireContainerRow[]; daemon: DaemonFacts },
): Promise<SettledSpec["ports"]> {
  const taken = known.rows.flatMap(portsOfRow)
  const chosen: SettledSpec["ports"] = []
  for (const mapping of mappings) {
    const address = mapping.hostAddress ?? "0.0.0.0"
    const { protocol } = mapping
    const port = mapping.hostPort ?? (await freePort({ address, protocol }, taken, known.daemon))
    if (mapping.hostPort !== undefined) await assertFree({ address, protocol, port }, taken, known.daemon)
    taken.push({ protocol, address, port })
    chosen.push({ ...mapping, hostPort: port, hostAddress: address })
  }
  return chosen
}

async function freePort(wanted: Omit<TakenPort, "port">, taken: readonly TakenPort[], daemon: DaemonFacts): Promise<number> {
  for (let attempt = 0; attempt < attempts; attempt++) {
    const port = randomInt(firstPort, lastPort + 1)
    if (taken.some((other) => collides(other, { ...wanted, port }))) continue
    if (await isFreeOnHost({ ...wanted, port }, daemon)) return port
  }
  throw new EngineError("port_in_use", {
    facts: { ...wanted, firstPort, lastPort },
    publicMessage: `No free host port was found from ${firstPort} to ${lastPort}. Name one, or remove containers that publish ports.`,
  })
}

async function isFreeOnHost(port: TakenPort, daemon: DaemonFacts): Promise<boolean> {
  if (daemon.kernel === undefined) return true
  return daemon.kernel.assertPortFree(port).then(
    () => true,
    () => false,
  )
}

async function assertFree(port: TakenPort, taken: readonly TakenPort[], daemon: DaemonFacts): Promise<void> {
  if (taken.some((other) => collides(other, port)))
    throw new EngineError("port_in_use", {
      facts: { ...port },
      publicMessage: `Host port ${port.port}/${port.protocol} belongs to another container. Choose another, or leave the choice to the engine.`,
    })
  await daemon.kernel?.assertPortFree(port)
}

function collides(a: TakenPort, b: TakenPort): boolean {
  const everywhere = (address: string): boolean => address === "0.0.0.0" || address === "::"
  return a.port === b.port && a.protocol === b.protocol && (a.address === b.address || everywhere(a.address) || everywhere(b.address))
}

function portsOfRow(row: WireContainerRow): TakenPort[] {
  const live = (row.Ports ?? []).flatMap(({ IP, PublicPort, Type }) =>
    PublicPort === undefined || PublicPort === 0
      ? []
      : [{ protocol: Type === "udp" ? ("udp" as const) : ("tcp" as const), address: IP || "0.0.0.0", port: PublicPort }],
  )
  const reserved = [...(row.Labels?.[portsLabel] ?? "").matchAll(/\d+\/(tcp|udp)=(\S+):(\d+)/g)].map(([, protocol, address, port]) => ({
    protocol: protocol === "udp" ? ("udp" as const) : ("tcp" as const),
    address: address ?? "",
    port: Number(port),
  }))
  return [...live, ...reserved]
}
