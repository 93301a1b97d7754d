import type { ContainerSpec, PortMapping, ResourceLimits } from "@plimsoll/server/contract"
import { quoteArgument } from "./split-command-line"

/** The `docker run` (or, without `start`, `docker create`) line that asks for the same. Docker has no tenants, so a tenant becomes a label. */
export function dockerRunLine(spec: ContainerSpec, options: { start: boolean }): string {
  const entrypoint = spec.entrypoint ?? []
  const flags = [
    // Ours are never tied to the one who starts them, terminal or not.
    ...(options.start ? ["-d"] : []),
    ...(spec.terminal ? ["-t"] : []),
    ...(spec.openStdin ? ["-i"] : []),
    ...(spec.autoRemove ? ["--rm"] : []),
    ...flag("--name", spec.name),
    ...flag("--hostname", spec.hostname),
    ...flag("--user", spec.user),
    ...flag("--workdir", spec.workingDirectory),
    ...(spec.init === false ? [] : ["--init"]),
    ...(spec.readOnlyRoot ? ["--read-only"] : []),
    ...limitFlags(spec.limits ?? {}),
    ...flag("--storage-opt", spec.diskBytes === undefined ? undefined : `size=${bytesText(spec.diskBytes)}`),
    ...restartFlags(spec),
    ...(spec.network?.kind === "none" ? ["--network", "none"] : []),
    ...(spec.ports ?? []).flatMap((port) => ["-p", portText(port)]),
    ...(spec.environment ?? []).flatMap((entry) => ["-e", entry]),
    ...(spec.mounts ?? []).flatMap((mount) =>
      mount.kind === "volume" ? ["-v", `${mount.volume}:${mount.target}${mount.readOnly ? ":ro" : ""}`] : [],
    ),
    ...Object.entries(spec.labels ?? {}).flatMap(([key, value]) => ["-l", `${key}=${value}`]),
    ...(spec.tenant ? ["-l", `plimsoll.tenant=${spec.tenant}`] : []),
    ...flag("--entrypoint", entrypoint[0]),
  ]
  const line = ["docker", options.start ? "run" : "create", ...flags, spec.image, ...entrypoint.slice(1), ...(spec.command ?? [])]
  return line.map(quoteArgument).join(" ")
}

function flag(name: string, value: string | undefined): string[] {
  return value === undefined || value === "" ? [] : [name, value]
}

function limitFlags(limits: ResourceLimits): string[] {
  const { memoryMaxBytes, swapMaxBytes } = limits
  return [
    ...flag("--memory", memoryMaxBytes === undefined ? undefined : bytesText(memoryMaxBytes)),
    // Docker's figure is memory and swap together.
    ...flag(
      "--memory-swap",
      memoryMaxBytes === undefined || swapMaxBytes === undefined ? undefined : bytesText(memoryMaxBytes + swapMaxBytes),
    ),
    ...flag("--cpus", limits.cpuMaxCores?.toString()),
    ...flag("--cpu-shares", limits.cpuWeight === undefined ? undefined : sharesOf(limits.cpuWeight)),
    ...flag("--pids-limit", limits.pidsMax?.toString()),
  ]
}

/** Inverse of the mapping from shares 2–262144 to weight 1–10000 that OCI runtimes use (crun, runc). */
function sharesOf(weight: number): string {
  return Math.round(2 + ((weight - 1) * 262142) / 9999).toString()
}

function bytesText(bytes: number): string {
  for (const [unit, size] of [
    ["g", 2 ** 30],
    ["m", 2 ** 20],
    ["k", 2 ** 10],
  ] as const)
    if (bytes >= size && bytes % size === 0) return `${bytes / size}${unit}`
  return `${bytes}b`
}

function restartFlags(spec: ContainerSpec): string[] {
  const policy = spec.restartPolicy
  if (!policy || policy.kind === "no") return []
  return ["--restart", policy.kind === "on-failure" && policy.maximumRetries > 0 ? `on-failure:${policy.maximumRetries}` : policy.kind]
}

function portText(port: PortMapping): string {
  const host = port.hostAddress === undefined ? `${port.hostPort ?? ""}` : `${port.hostAddress}:${port.hostPort ?? ""}`
  return `${host === "" ? "" : `${host}:`}${port.containerPort}${port.protocol === "udp" ? "/udp" : ""}`
}
