import type { PublishedPort } from "../../engine.js"
import type { SpawnTool } from "../../kernel/spawn-tool.js"

/** A host port that another engine on this host publishes: no socket listens on it, only a packet rule knows. */
export interface ForeignPublish extends Pick<PublishedPort, "protocol" | "hostPort" | "hostAddress"> {
  /** Its nftables table. */
  instance: string
}

/** Ports that the other instances publish. `tables`: names of all nftables tables of the `inet` family. */
export async function otherInstancesPorts(options: {
  own: string
  tables: readonly string[]
  spawn: SpawnTool
}): Promise<ForeignPublish[]> {
  const others = options.tables.filter((table) => table !== options.own && /^plimsoll(-[0-9a-f]{6})?$/.test(table))
  const found: ForeignPublish[] = []
  for (const instance of others) {
    // One that vanishes meanwhile publishes nothing.
    const { exitCode, stdout } = await options.spawn("nft", ["-j", "list", "table", "inet", instance], {
      acceptExitCodes: "any",
      maximumOutputBytes: 16 << 20,
    })
    if (exitCode === 0) found.push(...parsePublished(stdout).map((port) => ({ ...port, instance })))
  }
  return found
}

type Element = readonly [{ concat: readonly (string | number)[] }, unknown]

/** Reads the maps of published ports out of an `nft -j list table` answer. */
export function parsePublished(json: string): Omit<ForeignPublish, "instance">[] {
  const parsed = JSON.parse(json) as { nftables?: { map?: { name: string; elem?: Element[] } }[] }
  const maps = (parsed.nftables ?? []).map((entry) => entry.map).filter((map) => map !== undefined)
  return maps.flatMap((map) =>
    (map.elem ?? []).flatMap(([{ concat }]) => {
      const [hostAddress, protocol, hostPort] = concat.length === 3 ? concat : ["0.0.0.0", ...concat]
      return (protocol === "tcp" || protocol === "udp") && typeof hostPort === "number"
        ? [{ hostAddress: String(hostAddress), protocol, hostPort }]
        : []
    }),
  )
}
