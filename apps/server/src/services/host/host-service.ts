import type { HostInfo, HostLiveMessage } from "../../contract/host.js"

export interface HostService {
  /** What a host is and can do, as last known while it is away. Rejects with `not_found` for an unknown host. */
  info(host: string): Promise<HostInfo>
  /** The machine that the console runs on. One message now and one each second. A slow reader gets the latest only. */
  follow(signal: AbortSignal): AsyncIterable<HostLiveMessage>
}
