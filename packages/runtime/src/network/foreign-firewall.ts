import { isEngineError } from "../errors.js"
import { readProcFile } from "../kernel/process-stat.js"
import type { SpawnTool } from "../kernel/spawn-tool.js"

/** A firewall of another program that loses containers' packets. Accepting them in our own table does not help: every chain may drop. */
export interface BlockingFirewall {
  /** For example `chain FORWARD of table ip filter`. */
  chain: string
  /** Commands that let the bridges pass. */
  remedy: string
}

/** Looks for a chain that drops forwarded packets by default and has no rule about all bridges whose names begin with `prefix`. Docker's is the usual one. */
export async function findBlockingFirewall(options: {
  spawn: SpawnTool
  prefix: string
  legacyTables?: () => string
}): Promise<BlockingFirewall | undefined> {
  const { spawn, prefix, legacyTables = () => readProcFile("/proc/net/ip_tables_names") ?? "" } = options
  return (await nftablesFirewall(spawn, prefix)) ?? (legacyTables().includes("filter") ? await legacyFirewall(spawn, prefix) : undefined)
}

interface ForwardChain {
  family: string
  table: string
  name: string
}

/** Chains of an `nft -j list chains` answer that drop forwarded packets by default. */
export function droppingForwardChains(json: string): ForwardChain[] {
  const parsed = JSON.parse(json) as { nftables?: { chain?: ForwardChain & { hook?: string; policy?: string } }[] }
  return (parsed.nftables ?? [])
    .map((entry) => entry.chain)
    .filter((chain) => chain !== undefined)
    .filter((chain) => chain.hook === "forward" && chain.policy === "drop" && (chain.family === "ip" || chain.family === "inet"))
    .map(({ family, table, name }) => ({ family, table, name }))
}

async function nftablesFirewall(spawn: SpawnTool, prefix: string): Promise<BlockingFirewall | undefined> {
  const chains = await outputOf(spawn, "nft", ["-j", "list", "chains"])
  for (const chain of chains === undefined ? [] : droppingForwardChains(chains)) {
    const rules = (await outputOf(spawn, "nft", ["list", "table", chain.family, chain.table])) ?? ""
    if (rules.includes(`"${prefix}*"`)) continue
    const place = `${chain.family} ${chain.table}`
    if (rules.includes("chain DOCKER-USER"))
      return { chain: `chain ${chain.name} of table ${place}`, remedy: dockerRemedy("iptables", prefix) }
    const insert = (direction: string): string => `nft insert rule ${place} ${chain.name} ${direction} "${prefix}*" accept`
    return { chain: `chain ${chain.name} of table ${place}`, remedy: `${insert("iifname")}; ${insert("oifname")}` }
  }
  return undefined
}

// nft does not see the rules of the older iptables interface, and they count all the same.
async function legacyFirewall(spawn: SpawnTool, prefix: string): Promise<BlockingFirewall | undefined> {
  const rules = await outputOf(spawn, "iptables-legacy", ["-S"])
  if (rules === undefined || !rules.includes("-P FORWARD DROP") || rules.includes(` ${prefix}+ `)) return undefined
  const chain = "chain FORWARD of iptables-legacy"
  if (rules.includes("-N DOCKER-USER")) return { chain, remedy: dockerRemedy("iptables-legacy", prefix) }
  return { chain, remedy: `iptables-legacy -I FORWARD -i ${prefix}+ -j ACCEPT; iptables-legacy -I FORWARD -o ${prefix}+ -j ACCEPT` }
}

// The chain that Docker leaves to others and never flushes.
function dockerRemedy(tool: string, prefix: string): string {
  return `${tool} -I DOCKER-USER -i ${prefix}+ -j ACCEPT; ${tool} -I DOCKER-USER -o ${prefix}+ -j ACCEPT`
}

async function outputOf(spawn: SpawnTool, tool: string, args: readonly string[]): Promise<string | undefined> {
  try {
    const { exitCode, stdout } = await spawn(tool, args, { acceptExitCodes: "any", maximumOutputBytes: 16 << 20 })
    return exitCode === 0 ? stdout : undefined
  } catch (error) {
    // That nft is missing is said by an ability of its own.
    if (isEngineError(error, "tool_missing")) return undefined
    throw error
  }
}
