import { existsSync, readFileSync } from "node:fs"
import type { Ability } from "../engine.js"
import { findTool } from "../kernel/find-tool.js"
import type { SpawnTool } from "../kernel/spawn-tool.js"
import { explain } from "./ability.js"

/** The packet filter and forwarding. */
export async function probeNetwork(spawn: SpawnTool): Promise<Ability[]> {
  return [await probePacketFilter(spawn), probeForwarding()]
}

async function probePacketFilter(spawn: SpawnTool): Promise<Ability> {
  const base = { name: "nftables", title: "Packet filter in the kernel (nftables)", required: false }
  const nft = findTool("nft")
  if (nft === undefined)
    return {
      ...base,
      status: "missing",
      detail: "The tool nft is not installed; containers get no address translation and no published ports.",
      remedy: "apt-get install -y --no-install-recommends nftables",
    }
  if (process.geteuid?.() !== 0) return { ...base, status: "degraded", detail: "Only root can ask the kernel for it." }
  try {
    await spawn(nft, ["list", "tables"], { timeoutMs: 10_000 })
    return { ...base, status: "available", detail: "The kernel takes nftables rules." }
  } catch (error) {
    return { ...base, status: "missing", detail: `The kernel takes no nftables rules: ${explain(error)}`, remedy: "modprobe nf_tables" }
  }
}

function probeForwarding(): Ability {
  const base = { name: "ip-forwarding", title: "Forwarding between containers and the network", required: false }
  const path = "/proc/sys/net/ipv4/ip_forward"
  if (!existsSync(path)) return { ...base, status: "missing", detail: "The kernel has no IPv4 forwarding." }
  if (readFileSync(path, "utf8").trim() === "1") return { ...base, status: "available", detail: "IPv4 forwarding is on." }
  return {
    ...base,
    status: "degraded",
    detail: "IPv4 forwarding is off; the engine switches it on with its first bridge.",
    remedy: "sysctl -w net.ipv4.ip_forward=1",
  }
}
