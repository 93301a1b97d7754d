import type { ContainerInspect, ResolvedMount } from "../engine.js"
import type { ResolvedImage } from "../images/image-store.js"
import { resolveCapabilities } from "../spec/capabilities.js"
import { fieldError } from "../spec/check.js"
import type { ContainerSpec, MountSpec } from "../spec/container-spec.js"
import { parseSignal, signalName } from "../spec/signals.js"
import { checkWorkingDirectory } from "../spec/validate-container-spec.js"

const DEFAULT_PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
const DEFAULT_STOP_TIMEOUT_MS = 10_000
export const DEFAULT_SHM_BYTES = 64 * 1024 * 1024

/** What runs: the image's configuration under what the caller asked for, and defaults for the rest. Pure. */
export function resolveSpec(options: {
  id: string
  spec: ContainerSpec
  image: ResolvedImage
  ociRuntime: string
}): ContainerInspect["resolved"] {
  const { id, spec, image, ociRuntime } = options
  const { config } = image
  const entrypoint = spec.entrypoint ?? config.entrypoint
  // As in Docker: who replaces the entrypoint does not mean the image's arguments for another one.
  const command = spec.command ?? (spec.entrypoint === undefined ? config.command : [])
  if (entrypoint.length + command.length === 0)
    throw fieldError("command", "is missing: the image has no command of its own. Say what to run.")
  const workingDirectory = spec.workingDirectory ?? (config.workingDirectory === "" ? "/" : config.workingDirectory)
  checkWorkingDirectory("workingDirectory", workingDirectory)
  const hostname = spec.hostname ?? ((spec.utsNamespace?.kind ?? "private") === "private" ? id.slice(0, 12) : "")
  return {
    entrypoint,
    command,
    environment: mergeEnvironment(
      [DEFAULT_PATH, ...(hostname === "" ? [] : [`HOSTNAME=${hostname}`]), ...(spec.terminal === true ? ["TERM=xterm"] : [])],
      config.environment,
      spec.environment ?? [],
    ),
    workingDirectory,
    user: spec.user ?? config.user,
    hostname,
    stopSignal: signalName(parseSignal(spec.stopSignal ?? config.stopSignal ?? "SIGTERM")),
    stopTimeoutMs: spec.stopTimeoutMs ?? DEFAULT_STOP_TIMEOUT_MS,
    terminal: spec.terminal ?? false,
    openStdin: spec.openStdin ?? false,
    init: spec.init ?? true,
    readOnlyRoot: spec.readOnlyRoot ?? false,
    capabilities: resolveCapabilities({
      add: spec.capabilitiesAdd ?? [],
      drop: spec.capabilitiesDrop ?? [],
      privileged: spec.privileged ?? false,
    }),
    mounts: resolveMounts(id, spec.mounts ?? [], config.volumes),
    network: spec.network ?? { kind: "network", network: "bridge" },
    ports: spec.ports ?? [],
    restartPolicy: spec.restartPolicy ?? { kind: "no" },
    healthCheck: spec.healthCheck === undefined ? (config.healthCheck ?? null) : spec.healthCheck,
    ociRuntime: spec.ociRuntime ?? ociRuntime,
  }
}

/** Later ones win, name by name; the order of first mention stays. */
export function mergeEnvironment(...lists: readonly (readonly string[])[]): string[] {
  const byName = new Map<string, string>()
  for (const entry of lists.flat()) {
    const equals = entry.indexOf("=")
    if (equals > 0 && !entry.includes("\0")) byName.set(entry.slice(0, equals), entry)
  }
  return [...byName.values()]
}

/** Name of the volume that one container has for a `VOLUME` of its image. */
export function anonymousVolumeName(containerId: string, index: number): string {
  return `${containerId.slice(0, 32)}-${index}`
}

export function isAnonymousVolume(containerId: string, volume: string): boolean {
  return volume.startsWith(`${containerId.slice(0, 32)}-`)
}

function resolveMounts(id: string, mounts: readonly MountSpec[], imageVolumes: readonly string[]): ResolvedMount[] {
  const targets = new Set(mounts.map((mount) => trimSlash(mount.target)))
  const anonymous = imageVolumes
    .filter(
      (target) =>
        target.startsWith("/") && !target.split("/").includes("..") && trimSlash(target) !== "" && !targets.has(trimSlash(target)),
    )
    .map((target, index): ResolvedMount => ({ kind: "volume", volume: anonymousVolumeName(id, index), target }))
  return [...mounts, ...anonymous]
}

function trimSlash(path: string): string {
  return path.replace(/\/+$/, "")
}
