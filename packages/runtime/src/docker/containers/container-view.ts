import type { ContainerInspect, ContainerSummary, NetworkAttachment, PublishedPort, ResolvedMount } from "../../engine.js"
import { capabilityNames, resolveCapabilities } from "../../spec/capabilities.js"
import type { ContainerSpec, MountSpec, NetworkMode, PortMapping, RestartPolicy } from "../../spec/container-spec.js"
import { parseSignal, signalName } from "../../spec/signals.js"
import type { DaemonFacts } from "../daemon.js"
import { fromWireHealthCheck } from "../health-check.js"
import { tenantOf, visibleLabels } from "../labels.js"
import { parseTime } from "../times.js"
import type { WireConfig, WireContainer, WireImage, WireMountPoint } from "../wire.js"
import { healthLogOf, healthOf, stateOf } from "./container-state.js"
import { idRangeOf } from "./id-range-of.js"

/** A row of the list. */
export function summarise(wire: WireContainer, daemon: DaemonFacts, pausedAt?: number): ContainerSummary {
  const state = stateOf(wire, pausedAt)
  const runs = state.status === "running" || state.status === "paused"
  const portMappings = bindingsOf(wire)
  return {
    id: wire.Id,
    name: nameOf(wire),
    tenant: tenantOf(wire.Config?.Labels),
    image: wire.Config?.Image ?? "",
    imageId: imageIdOf(wire),
    command: [wire.Path ?? "", ...(wire.Args ?? [])].filter((argument, index) => index > 0 || argument !== ""),
    createdAt: parseTime(wire.Created) ?? 0,
    state,
    health: healthOf(wire),
    restartCount: wire.RestartCount ?? 0,
    ports: runs ? publishedPorts(wire) : [],
    networks: attachments(wire),
    labels: visibleLabels(wire.Config?.Labels),
    limits: daemon.limits.fromHostConfig(wire.HostConfig ?? {}, daemon.kernel),
    ...(portMappings.length > 0 && { portMappings }),
  }
}

/** All that is known of a container. What it was asked for is read back from what Docker keeps, less what the image says. */
export function describe(
  wire: WireContainer,
  { daemon, image, pausedAt }: { daemon: DaemonFacts; image: WireImage | undefined; pausedAt?: number },
): ContainerInspect {
  const summary = summarise(wire, daemon, pausedAt)
  const resolved = resolvedOf(wire, daemon)
  const pid = wire.State?.Pid ?? 0
  return {
    ...summary,
    resolved,
    spec: specOf(wire, { summary, resolved, image }),
    healthLog: healthLogOf(wire),
    writableBytes: wire.SizeRw ?? -1,
    cgroupPath:
      (pid > 0 && daemon.kernel?.isHere(pid, wire.Id) ? daemon.kernel.cgroupPath(pid) : undefined) ?? usualCgroupPath(wire.Id, daemon),
    userNamespace: idRangeOf(wire, daemon),
    disk: { kind: "none" },
    logPath: wire.LogPath ?? "",
  }
}

/** Docker's name begins with a slash, Podman's does not. */
export function nameOf(wire: WireContainer): string {
  return (wire.Name ?? "").replace(/^\//, "")
}

/** A list, where Podman writes one string. */
export function listOf(value: string[] | string | null | undefined): string[] {
  const list = typeof value === "string" ? (value === "" ? [] : value.split(" ")) : (value ?? [])
  return list.length === 1 && list[0] === "" ? [] : list
}

function imageIdOf(wire: WireContainer): string {
  const id = wire.Image ?? ""
  return id === "" || id.startsWith("sha256:") ? id : `sha256:${id}`
}

function resolvedOf(wire: WireContainer, daemon: DaemonFacts): ContainerInspect["resolved"] {
  const config = wire.Config ?? {}
  const host = wire.HostConfig ?? {}
  return {
    entrypoint: listOf(config.Entrypoint),
    command: listOf(config.Cmd),
    environment: config.Env ?? [],
    workingDirectory: config.WorkingDir || "/",
    user: config.User ?? "",
    hostname: config.Hostname ?? "",
    stopSignal: signalOf(config.StopSignal),
    stopTimeoutMs: (config.StopTimeout ?? 10) * 1000,
    terminal: config.Tty ?? false,
    openStdin: config.OpenStdin ?? false,
    init: host.Init ?? false,
    readOnlyRoot: host.ReadonlyRootfs ?? false,
    capabilities: capabilitiesOf(wire),
    mounts: mountsOf(wire),
    network: networkOf(wire),
    ports: bindingsOf(wire),
    restartPolicy: restartPolicyOf(wire),
    healthCheck: fromWireHealthCheck(config.Healthcheck),
    ociRuntime: host.Runtime || daemon.info.DefaultRuntime || "runc",
  }
}

function specOf(
  wire: WireContainer,
  known: { summary: ContainerSummary; resolved: ContainerInspect["resolved"]; image: WireImage | undefined },
): ContainerSpec {
  const { summary, resolved, image } = known
  const inherited: WireConfig = image?.Config ?? {}
  const differs = (own: readonly string[], of: readonly string[]): boolean =>
    own.length !== of.length || own.some((text, index) => text !== of[index])
  const environment = resolved.environment.filter((entry) => !(inherited.Env ?? []).includes(entry) && !isImplied(entry, wire))
  const labels = Object.fromEntries(Object.entries(summary.labels).filter(([name, value]) => inherited.Labels?.[name] !== value))
  const command = differs(resolved.command, listOf(inherited.Cmd))
  const entrypoint = differs(resolved.entrypoint, listOf(inherited.Entrypoint))
  return {
    name: summary.name,
    image: summary.image,
    tenant: summary.tenant,
    ...(entrypoint ? { entrypoint: resolved.entrypoint } : {}),
    ...(command || entrypoint ? { command: resolved.command } : {}),
    environment,
    labels,
    hostname: resolved.hostname,
    workingDirectory: resolved.workingDirectory,
    ...(resolved.user === "" ? {} : { user: resolved.user }),
    terminal: resolved.terminal,
    openStdin: resolved.openStdin,
    limits: summary.limits,
    mounts: resolved.mounts.map(({ hostPath: _made, ...mount }) => mount as MountSpec),
    network: resolved.network,
    ports: resolved.ports,
    init: resolved.init,
    readOnlyRoot: resolved.readOnlyRoot,
    restartPolicy: resolved.restartPolicy,
    healthCheck: resolved.healthCheck,
    stopSignal: resolved.stopSignal,
    stopTimeoutMs: resolved.stopTimeoutMs,
    privileged: wire.HostConfig?.Privileged ?? false,
    autoRemove: wire.HostConfig?.AutoRemove ?? false,
    ...(wire.HostConfig?.Dns?.length ? { dns: wire.HostConfig.Dns } : {}),
  }
}

// Podman puts into the environment what the runtime adds anyhow.
function isImplied(entry: string, wire: WireContainer): boolean {
  return entry === `HOSTNAME=${wire.Config?.Hostname ?? ""}` || /^(container=|HOME=|TERM=xterm$)/.test(entry)
}

function signalOf(text: string | number | undefined): string {
  return signalName(parseSignal(String(text || "SIGTERM")))
}

function capabilitiesOf(wire: WireContainer): string[] {
  const { CapAdd, CapDrop, Privileged } = wire.HostConfig ?? {}
  const known = (names: string[] | null | undefined): string[] => (names ?? []).filter((name) => isCapability(name))
  // Docker's own default has NET_RAW; ours are always named one by one.
  const usual = CapDrop?.some((name) => name.toUpperCase() === "ALL") ? [] : ["NET_RAW"]
  return resolveCapabilities({ add: [...usual, ...known(CapAdd)], drop: known(CapDrop), privileged: Privileged ?? false })
}

// A newer kernel's, which this version has no name for, is left out of the view.
function isCapability(name: string): boolean {
  const upper = name.toUpperCase()
  return upper === "ALL" || capabilityNames.some((each) => each === upper || each === `CAP_${upper}`)
}

function mountsOf(wire: WireContainer): ResolvedMount[] {
  const points = [...(wire.Mounts ?? [])]
  for (const mount of wire.HostConfig?.Mounts ?? [])
    if (mount.Type === "tmpfs" && !points.some((point) => point.Destination === mount.Target))
      points.push({ Type: "tmpfs", ...(mount.Target === undefined ? {} : { Destination: mount.Target }) })
  return points.flatMap((point) => mountOf(point, wire) ?? [])
}

function mountOf(point: WireMountPoint, wire: WireContainer): ResolvedMount | undefined {
  const target = point.Destination ?? ""
  const readOnly = point.RW === false
  switch (point.Type) {
    case "volume":
      return { kind: "volume", volume: point.Name ?? "", target, readOnly, ...(point.Source ? { hostPath: point.Source } : {}) }
    case "bind":
      return { kind: "bind", source: point.Source ?? "", target, readOnly, ...(point.Source ? { hostPath: point.Source } : {}) }
    case "tmpfs": {
      const options = wire.HostConfig?.Mounts?.find((mount) => mount.Target === target)?.TmpfsOptions
      return {
        kind: "tmpfs",
        target,
        ...(options?.SizeBytes ? { sizeBytes: options.SizeBytes } : {}),
        ...(options?.Mode ? { mode: options.Mode } : {}),
      }
    }
    default:
      return undefined
  }
}

function networkOf(wire: WireContainer): NetworkMode {
  const mode = wire.HostConfig?.NetworkMode ?? "default"
  if (mode === "none" || mode === "host") return { kind: mode }
  if (mode.startsWith("container:")) return { kind: "container", container: mode.slice("container:".length) }
  return { kind: "network", network: mode === "default" ? "bridge" : mode }
}

/** Its places in networks, as far as it has addresses there. */
export function attachments(wire: WireContainer): NetworkAttachment[] {
  return Object.entries(wire.NetworkSettings?.Networks ?? {})
    .filter(([, endpoint]) => (endpoint.IPAddress ?? "") !== "")
    .map(([network, endpoint], index) => ({
      network,
      interfaceName: `eth${index}`,
      macAddress: endpoint.MacAddress ?? "",
      address: endpoint.IPAddress ?? "",
      prefixLength: endpoint.IPPrefixLen ?? 0,
      gateway: endpoint.Gateway ?? "",
    }))
}

function publishedPorts(wire: WireContainer): PublishedPort[] {
  const found = new Map<string, PublishedPort>()
  for (const [name, list] of Object.entries(wire.NetworkSettings?.Ports ?? {})) {
    for (const { HostIp, HostPort } of list ?? []) {
      const port = parsePort(name, HostIp || "0.0.0.0", HostPort)
      // Docker publishes at every IPv6 address beside every IPv4 one; it is one publication.
      const key = `${name} ${port.hostPort} ${port.hostAddress === "::" ? "0.0.0.0" : port.hostAddress}`
      if (!found.has(key)) found.set(key, port)
    }
  }
  return [...found.values()]
}

function bindingsOf(wire: WireContainer): PortMapping[] {
  return Object.entries(wire.HostConfig?.PortBindings ?? {}).flatMap(([name, list]) =>
    (list ?? []).map(({ HostIp, HostPort }) => parsePort(name, HostIp || "0.0.0.0", HostPort)),
  )
}

/** `80/tcp` with where it is published. */
export function parsePort(name: string, hostAddress: string, hostPort: string | undefined): PublishedPort {
  const [port, protocol] = name.split("/")
  return { containerPort: Number(port), protocol: protocol === "udp" ? "udp" : "tcp", hostPort: Number(hostPort ?? 0), hostAddress }
}

function restartPolicyOf(wire: WireContainer): RestartPolicy {
  const { Name, MaximumRetryCount } = wire.HostConfig?.RestartPolicy ?? {}
  if (Name === "on-failure") return { kind: "on-failure", maximumRetries: MaximumRetryCount ?? 0 }
  return Name === "always" || Name === "unless-stopped" ? { kind: Name } : { kind: "no" }
}

function usualCgroupPath(id: string, { info, flavour }: DaemonFacts): string {
  if (flavour === "podman") return info.CgroupDriver === "systemd" ? `/machine.slice/libpod-${id}.scope` : `/libpod_parent/libpod-${id}`
  return info.CgroupDriver === "systemd" ? `/system.slice/docker-${id}.scope` : `/docker/${id}`
}
