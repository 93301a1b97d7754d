import { chownSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { errnoOf } from "../errors.js"
import type { NetworkDriver } from "../network/network-driver.js"
import type { SandboxMount } from "../sandbox/sandbox.js"
import type { ContainerRecord } from "./container-record.js"
import type { EnginePaths } from "./engine-context.js"

/** Where the host's resolver settings are; the second holds the real servers when the first names systemd's local stub. */
const RESOLVER_FILES = ["/etc/resolv.conf", "/run/systemd/resolve/resolv.conf"]

const etcFiles = ["hosts", "hostname", "resolv.conf"] as const

/**
 * `resolvers`: the name servers of its networks, where there are any. Writes /etc/hosts, /etc/hostname and /etc/resolv.conf of the container into its directory, owned by its root, and returns
 * their mounts. A container that shares another's network namespace shares that one's files.
 */
export function writeEtcFiles(paths: EnginePaths, record: ContainerRecord, resolvers: readonly string[] | undefined): SandboxMount[] {
  const owner = record.resolved.network.kind === "container" ? record.resolved.network.container : record.id
  const directory = paths.container(owner)
  if (owner === record.id) {
    const contents = { hosts: hostsFile(record), hostname: `${record.resolved.hostname}\n`, "resolv.conf": resolverFile(record, resolvers) }
    for (const name of etcFiles) writeOwned(join(directory, name), contents[name], record)
  }
  return etcFiles.map((name) => ({
    source: join(directory, name),
    target: `/etc/${name}`,
    type: "bind",
    options: ["rbind", "rw", "rprivate", "nosuid", "nodev", "noexec"],
  }))
}

/** After its networks changed while it runs: names their name servers, unless somebody in the container has written the file meanwhile. */
export function rewriteResolverFile(
  { paths, network }: { paths: EnginePaths; network: Pick<NetworkDriver, "resolversFor"> },
  before: ContainerRecord,
  after: ContainerRecord,
): void {
  const path = join(paths.container(after.id), "resolv.conf")
  if (readIfThere(path) !== resolverFile(before, network.resolversFor(before.connections))) return
  // In place: the container has this very file mounted.
  writeFileSync(path, resolverFile(after, network.resolversFor(after.connections)))
}

export function hostsFile(record: Pick<ContainerRecord, "resolved" | "connections" | "spec" | "name">): string {
  const { hostname, network } = record.resolved
  const attachment = record.connections[0]?.attachment
  const lines = [
    "127.0.0.1\tlocalhost",
    "::1\tlocalhost ip6-localhost ip6-loopback",
    "fe00::0\tip6-localnet",
    "ff00::0\tip6-mcastprefix",
    "ff02::1\tip6-allnodes",
    "ff02::2\tip6-allrouters",
  ]
  const domain = record.spec.domainname === undefined ? [] : [`${hostname}.${record.spec.domainname}`]
  const aliases = network.kind === "network" ? (network.aliases ?? []) : []
  const names = [...new Set([...domain, hostname, record.name, ...aliases])].filter((name) => name !== "")
  if (names.length > 0) lines.push(`${attachment?.address ?? "127.0.1.1"}\t${names.join(" ")}`)
  for (const [name, address] of Object.entries(record.spec.extraHosts ?? {})) {
    lines.push(`${address === "host-gateway" ? (attachment?.gateway ?? "127.0.0.1") : address}\t${name}`)
  }
  return `${lines.join("\n")}\n`
}

function resolverFile(record: ContainerRecord, resolvers: readonly string[] | undefined): string {
  if (record.spec.dns !== undefined && record.spec.dns.length > 0) return record.spec.dns.map((server) => `nameserver ${server}\n`).join("")
  const texts = RESOLVER_FILES.map(readIfThere)
  if (record.resolved.network.kind === "host") return texts[0] ?? ""
  const reachable = texts.map(reachableFromContainer).find((text) => /^nameserver /m.test(text)) ?? ""
  if (resolvers === undefined) return reachable
  // A name without a dot is first asked for as it is: it is a neighbour's, and no server of the host's domain hears of it.
  const settings = reachable.replaceAll(/^nameserver .*\n/gm, "")
  return `${resolvers.map((server) => `nameserver ${server}\n`).join("")}${settings}options ndots:0\n`
}

/** A server on the host's loopback is not the container's: such lines go. */
export function reachableFromContainer(text: string): string {
  const lines = text
    .split("\n")
    .filter((line) => /^(nameserver|search|domain|options)\s/.test(line) && !/^nameserver\s+(127\.|::1\b)/.test(line))
  return lines.map((line) => `${line}\n`).join("")
}

// Synchronous: three small files in the page cache cost less than handing them to a thread.
function writeOwned(path: string, content: string, record: ContainerRecord): void {
  writeFileSync(path, content, { mode: 0o644 })
  if (record.idRange !== undefined) chownSync(path, record.idRange.uidBase, record.idRange.gidBase)
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, "utf8")
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return ""
    throw error
  }
}
