import { toEngineError } from "../kernel/system-call-error.js"
import type { HostNetwork } from "./host-network.js"
import { openPacketSocket, readFrames } from "./packet-socket.js"
import { wakeFilter } from "./wake-filter.js"

/** Taps all of these links; one that is gone is silent. Rejects with `network_failed`. */
export async function watchPackets(
  host: Pick<HostNetwork, "link">,
  linkNames: readonly string[],
  onPacket: () => void,
): Promise<{ close(): void }> {
  const taps: { close(): void }[] = []
  const close = (): void => {
    for (const tap of taps.splice(0)) tap.close()
  }
  try {
    for (const name of linkNames) {
      const link = await host.link(name)
      if (link !== undefined) taps.push(tapPackets(link.index, onPacket))
    }
    return { close }
  } catch (error) {
    close()
    throw toEngineError(error, "network_failed", { op: "watch packets", links: [...linkNames] })
  }
}

/**
 * Calls back when a frame that the container's processes must see (`wakeFilter`) goes out of the host's end of its link, from wherever it comes: another
 * container, another machine by a published port, the host itself. A packet socket: it sees what the device sends after bridge, firewall and
 * address translation (packet(7)), costs nothing while nobody listens, and is gone with the process. Throws SystemCallError.
 */
export function tapPackets(linkIndex: number, onPacket: () => void): { close(): void } {
  const callback = (): boolean => {
    onPacket()
    return true
  }
  return readFrames(openPacketSocket(linkIndex, { filter: wakeFilter() }), { buffer: Buffer.alloc(64), callback })
}
