/** A network as its containers' name server sees it. */
export interface NamedNetwork {
  name: string
  bridge: string
  gateway: string
  /** Nothing is forwarded for its containers: questions are a way out. */
  internal: boolean
  containers: Map<string, { containerId: string; address: string; names: readonly string[] }>
}

/**
 * The file of one network for aardvark-dns (its config.md): the address to listen at; then a line a container with id, IPv4, IPv6, names and,
 * where it is not the host's, the servers to forward to. `generation` is a name that tells which state of the file was read.
 */
export function renderZone({ gateway, internal, containers }: NamedNetwork, generation: string): string {
  const lines = [...containers.values()].map(({ containerId, address, names }) => line(containerId, address, names, internal))
  return `${[gateway, line(generation, gateway, ["gateway", generation], internal), ...lines].join("\n")}\n`
}

/** Nobody may send there without asking for it (SO_BROADCAST), so that it fails at once and nothing leaves the host. Versions from 1.6 on know internal networks, 1.4 does not. */
const NOWHERE = "255.255.255.255"

function line(id: string, address: string, names: readonly string[], internal: boolean): string {
  return [id, address, "", [...new Set(names.map((name) => name.toLowerCase()))].join(","), ...(internal ? [NOWHERE] : [])].join(" ")
}
