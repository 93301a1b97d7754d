import type { ContainerInspect } from "../../engine.js"
import type { DaemonFacts } from "../daemon.js"
import type { WireContainer } from "../wire.js"

/**
 * Whose host ids a container's root has. The kernel says it for one that runs here; else Docker's data directory names the range of
 * `userns-remap` (`/var/lib/docker/300000.300000`), with 65,536 ids as subuid(5) has it.
 */
export function idRangeOf(wire: WireContainer, daemon: DaemonFacts): ContainerInspect["userNamespace"] {
  const pid = wire.State?.Pid ?? 0
  if (pid > 0 && daemon.kernel?.isHere(pid, wire.Id)) {
    const { uidMap, gidMap, namespaces } = daemon.kernel.namespaces(pid, [])
    const isHost = namespaces.find(({ kind }) => kind === "user")?.sharing === "host"
    const [uid, gid] = [uidMap[0], gidMap[0]]
    if (isHost || uid === undefined || gid === undefined) return { kind: "host" }
    return { kind: "private", uidBase: uid.outsideId, gidBase: gid.outsideId, size: uid.count }
  }
  const mode = wire.HostConfig?.UsernsMode ?? ""
  const range = /\/(\d+)\.(\d+)$/.exec(daemon.info.DockerRootDir ?? "")
  if (!daemon.remapsUsers || mode === "host" || range === null) return { kind: "host" }
  return { kind: "private", uidBase: Number(range[1]), gidBase: Number(range[2]), size: 65_536 }
}
