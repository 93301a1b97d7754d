import type { Ability, EngineFeature, EngineInfo, OciRuntimeInfo } from "../engine.js"
import { isEngineError } from "../errors.js"
import type { DaemonFacts } from "./daemon.js"
import type { DockerContext } from "./docker-context.js"

/** Optional operations of every Docker Engine, wherever it is. */
export const dockerFeatures: readonly EngineFeature[] = [
  "pause",
  "exec",
  "attach",
  "commit",
  "diff",
  "copy",
  "list-files",
  "update",
  "health",
  "volumes",
  "networks",
  "image-load",
  "image-import",
  "image-save",
  "image-pull",
  "image-push",
  "image-garbage",
]
/** What needs the kernel that the containers run on: only for an engine on this host. */
export const localFeatures: readonly EngineFeature[] = ["top", "namespaces", "cgroup-tree"]
/**
 * What Podman's Docker API lacks of it: its archives name no owners and follow links, so that what is in a container cannot be told rightly,
 * and it has no update.
 */
export const podmanLacks: readonly EngineFeature[] = ["list-files", "update"]

/** See `ContainerEngine.info`. Never rejects: a daemon that is away is reported as such. */
export async function engineInfo(context: DockerContext): Promise<EngineInfo> {
  try {
    return available(context, await context.daemon.refresh())
  } catch (error) {
    return unavailable(error)
  }
}

function available(context: DockerContext, daemon: DaemonFacts): EngineInfo {
  const { info, version, kernel, limits, flavour } = daemon
  const host = kernel?.host()
  return {
    kind: "docker",
    status: "available",
    version: `${flavour === "podman" ? "Podman" : "Docker"} ${version.Version ?? info.ServerVersion ?? ""}`.trim(),
    hostname: info.Name ?? "",
    kernelVersion: info.KernelVersion ?? "",
    operatingSystem: info.OperatingSystem ?? "",
    architecture: info.Architecture ?? "",
    // The API tells neither boot nor swap of another host.
    bootedAt: host?.bootedAt ?? 0,
    swapBytes: host?.swapBytes ?? 0,
    cpuCount: info.NCPU ?? 0,
    memoryBytes: info.MemTotal ?? 0,
    dataDirectory: info.DockerRootDir ?? "",
    cgroupVersion: daemon.cgroupVersion,
    ociRuntimes: runtimesOf(daemon),
    abilities: abilitiesOf(context, daemon),
    enforceableLimits: limits.enforceable,
    features: featuresOf(daemon),
  }
}

export function featuresOf({
  kernel,
  flavour,
  runsHealthChecks,
}: Pick<DaemonFacts, "kernel" | "flavour" | "runsHealthChecks">): EngineFeature[] {
  return [...dockerFeatures, ...(kernel === undefined ? [] : localFeatures)]
    .filter((feature) => flavour !== "podman" || !podmanLacks.includes(feature))
    .filter((feature) => feature !== "health" || runsHealthChecks)
}

function unavailable(error: unknown): EngineInfo {
  const reason = isEngineError(error) ? error.publicMessage : error instanceof Error ? error.message : String(error)
  const remedy = isEngineError(error) && typeof error.facts.remedy === "string" ? error.facts.remedy : undefined
  return {
    kind: "docker",
    status: "unavailable",
    reason,
    ...(remedy === undefined ? {} : { remedy }),
    version: "",
    hostname: "",
    kernelVersion: "",
    operatingSystem: "",
    architecture: "",
    bootedAt: 0,
    cpuCount: 0,
    memoryBytes: 0,
    swapBytes: 0,
    dataDirectory: "",
    cgroupVersion: "none",
    ociRuntimes: [],
    abilities: [
      {
        name: "docker-api",
        title: "The Docker Engine's API",
        status: "missing",
        detail: reason,
        remedy: remedy ?? "Start the Docker Engine.",
        required: true,
      },
    ],
    enforceableLimits: {},
    features: [],
  }
}

function runtimesOf({ info, version }: DaemonFacts): OciRuntimeInfo[] {
  const preferred = info.DefaultRuntime ?? "runc"
  const names = Object.keys(info.Runtimes ?? {}).filter((name) => !name.startsWith("io.containerd."))
  const ordered = [...new Set([preferred, ...names])]
  const versionOf = (name: string): string =>
    version.Components?.find((component) => component.Name === name)?.Version ?? (name === preferred ? (info.RuncCommit?.ID ?? "") : "")
  return ordered.map((name) => ({ name, path: info.Runtimes?.[name]?.path ?? name, version: versionOf(name), works: true }))
}

const podmanAbilities: readonly Ability[] = [
  {
    name: "log-times",
    title: "Times of log lines to the millisecond",
    status: "degraded",
    detail: "Podman's API tells the times of log lines in whole seconds.",
    required: false,
  },
  {
    name: "stable-address",
    title: "A container keeps its address over a restart",
    status: "missing",
    detail: "Podman gives a new address at each start.",
    required: false,
  },
  {
    name: "network.apart",
    title: "Nothing passes between two networks",
    status: "missing",
    detail:
      "Podman's Docker API takes no option that keeps bridges apart (“isolate is not a recognized option”): their containers reach each other by address.",
    remedy: "Run tenants who must not reach each other on this machine's own engine or on Docker.",
    required: false,
  },
  {
    name: "network-events",
    title: "Events tell of networks",
    status: "missing",
    detail: "Podman tells neither that a network was made or removed, nor which one a container was connected to.",
    required: false,
  },
  {
    name: "restarting-state",
    title: "A container that waits for its next start is told from one that has ended",
    status: "missing",
    detail: "Podman calls both exited, and keeps no time of the next try.",
    required: false,
  },
  {
    name: "oom-reports",
    title: "A container that ran out of memory is told as such",
    status: "missing",
    detail: "Podman's Docker API has no event for it, and does not note it on cgroup v1.",
    required: false,
  },
  {
    name: "seccomp.user-namespaces",
    title: "Processes cannot make user namespaces",
    status: "missing",
    detail: "Podman's default profile lets every process make a user namespace, which opens more of the kernel to it.",
    remedy: "Name a stricter profile in containers.conf (seccomp_profile).",
    required: false,
  },
]

function abilitiesOf({ client }: DockerContext, daemon: DaemonFacts): Ability[] {
  const { info, version, kernel, remapsUsers } = daemon
  const seccomp = (info.SecurityOptions ?? []).some((option) => option.startsWith("name=seccomp"))
  return [
    {
      name: "docker-api",
      title: "The Docker Engine's API",
      status: "available",
      detail: `API ${version.ApiVersion ?? "?"} at ${client.address}, storage driver ${info.Driver ?? "?"}.`,
      required: true,
    },
    {
      name: "namespace.user",
      title: "User namespaces: a container's root is not the host's",
      status: remapsUsers ? "available" : "missing",
      detail: remapsUsers ? "All containers share one range of user ids." : "Containers' root is the host's root.",
      ...(remapsUsers
        ? {}
        : {
            remedy:
              'Set "userns-remap": "default" in /etc/docker/daemon.json and restart Docker (its images and containers are then separate).',
          }),
      required: false,
    },
    {
      name: "seccomp",
      title: "System calls that are not for containers are refused",
      status: seccomp ? "available" : "missing",
      detail: seccomp ? "The daemon has a default profile." : "The daemon applies no profile.",
      ...(seccomp ? {} : { remedy: "Use a kernel and a Docker Engine that are built with seccomp." }),
      required: false,
    },
    {
      name: "kernel-figures",
      title: "Figures, processes and namespaces from the kernel",
      status: kernel === undefined ? "degraded" : "available",
      detail:
        kernel === undefined
          ? "The engine is not on this host: figures come from its API, processes and namespaces cannot be seen."
          : "The engine's containers are processes of this host.",
      required: false,
    },
    ...(daemon.flavour === "podman" ? podmanAbilities : []),
    ...(info.Warnings ?? []).map(
      (warning, index): Ability => ({
        name: `warning-${index + 1}`,
        title: "A warning of the Docker Engine",
        status: "degraded",
        detail: warning,
        required: false,
      }),
    ),
  ]
}
