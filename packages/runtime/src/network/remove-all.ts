import { removeLink } from "./container-link.js"
import { removeBridge } from "./host-bridge.js"
import type { NetworkContext } from "./network-context.js"

/** Takes all of the instance off the host: name server, links, queues, bridges, rules. Safe to repeat. */
export async function removeAll({ host, names, shaper, rules, ownsLink, bridged }: NetworkContext): Promise<void> {
  await names.destroy()
  await shaper.destroy()
  const links = (await host.links()).filter(({ name }) => ownsLink(name))
  for (const { name } of links.filter(({ kind }) => kind === "veth")) await removeLink(host, name)
  for (const { name } of links.filter(({ kind }) => kind === "bridge")) await removeBridge(host, name)
  bridged.clear()
  await rules.remove()
}
