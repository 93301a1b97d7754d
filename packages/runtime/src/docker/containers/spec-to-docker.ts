import { EngineError } from "../../errors.js"
import { resolveCapabilities } from "../../spec/capabilities.js"
import { fieldError } from "../../spec/check.js"
import type { ContainerSpec, MountSpec, NamespaceMode, NetworkMode, PortMapping } from "../../spec/container-spec.js"
import type { ResourceLimits } from "../../spec/limits.js"
import { parseSignal, signalName } from "../../spec/signals.js"
import type { DaemonFacts } from "../daemon.js"
import { toWireHealthCheck } from "../health-check.js"
import { ownedLabels, portsLabel } from "../labels.js"
import type { WireBinding, WireConfig, WireEndpoint, WireHostConfig, WireMount } from "../wire.js"

/** A specification whose references to other containers are ids, whose network is known and whose ports all have numbers. */
export interface SettledSpec extends ContainerSpec {
  tenant: string
  limits: ResourceLimits
  network: NetworkMode
  ports: (PortMapping & { hostPort: number; hostAddress: string })[]
  /** Volumes that have what the image has at their place already. */
  filledVolumes: ReadonlySet<string>
}

export type WireCreate = WireConfig & { HostConfig: WireHostConfig; NetworkingConfig?: { EndpointsConfig: Record<string, WireEndpoint> } }

/** The body of `POST /containers/create`. Throws `unsupported` for what Docker has no field for. Pure. */
export function specToDocker(spec: SettledSpec, daemon: DaemonFacts): WireCreate {
  refuseWhatDockerLacks(spec, daemon)
  return {
    ...processConfig(spec),
    Labels: { ...ownedLabels(spec.labels, spec.tenant), ...portsLabels(spec.ports) },
    ...(spec.healthCheck === undefined ? {} : { Healthcheck: toWireHealthCheck(spec.healthCheck) }),
    ...(spec.stopSignal === undefined ? {} : { StopSignal: signalName(parseSignal(spec.stopSignal)) }),
    // Podman takes "unsaid" for none at all.
    StopTimeout: Math.ceil((spec.stopTimeoutMs ?? defaultStopTimeoutMs) / 1000),
    ...(spec.ports.length === 0 ? {} : { ExposedPorts: Object.fromEntries(spec.ports.map((port) => [portName(port), {}])) }),
    HostConfig: {
      ...daemon.limits.toHostConfig(spec.limits, daemon.kernel),
      ...isolation(spec, daemon),
      ...(spec.mounts === undefined ? {} : { Mounts: spec.mounts.map((mount) => toMount(mount, spec.filledVolumes)) }),
      ...(spec.dns === undefined ? {} : { Dns: spec.dns }),
      ...(spec.extraHosts === undefined
        ? {}
        : { ExtraHosts: Object.entries(spec.extraHosts).map(([name, address]) => `${name}:${address}`) }),
      ...(spec.ulimits === undefined
        ? {}
        : { Ulimits: spec.ulimits.map(({ name, soft, hard }) => ({ Name: name, Soft: soft, Hard: hard })) }),
      ...(spec.sysctls === undefined ? {} : { Sysctls: spec.sysctls }),
      ...(spec.shmSizeBytes === undefined ? {} : { ShmSize: spec.shmSizeBytes }),
      ...(spec.ociRuntime === undefined ? {} : { Runtime: spec.ociRuntime }),
      ...(spec.autoRemove === undefined ? {} : { AutoRemove: spec.autoRemove }),
      ...logging(spec, daemon),
      PortBindings: bindings(spec.ports, daemon),
      NetworkMode: networkMode(spec.network),
      RestartPolicy: restartPolicy(spec),
      Init: (spec.init ?? true) && !(daemon.flavour === "podman" && sharesPids(spec)),
      ReadonlyRootfs: spec.readOnlyRoot ?? false,
    },
    ...endpoints(spec.network),
  }
}

/** Docker's spelling of a container's port: `80/tcp`. */
export function portName({ containerPort, protocol }: Pick<PortMapping, "containerPort" | "protocol">): string {
  return `${containerPort}/${protocol}`
}

// Podman's init insists on being pid 1.
function sharesPids({ pidNamespace }: SettledSpec): boolean {
  return pidNamespace !== undefined && pidNamespace.kind !== "private"
}

function processConfig(spec: SettledSpec): WireConfig {
  return {
    Image: spec.image,
    ...(spec.hostname === undefined ? {} : { Hostname: spec.hostname }),
    ...(spec.domainname === undefined ? {} : { Domainname: spec.domainname }),
    ...(spec.user === undefined ? {} : { User: spec.user }),
    ...(spec.environment === undefined ? {} : { Env: spec.environment }),
    // An empty list is "as the image has it" to Docker; one empty string is "none".
    ...(spec.entrypoint === undefined ? {} : { Entrypoint: spec.entrypoint.length === 0 ? [""] : spec.entrypoint }),
    ...(spec.command === undefined ? {} : { Cmd: spec.command }),
    ...(spec.workingDirectory === undefined ? {} : { WorkingDir: spec.workingDirectory }),
    Tty: spec.terminal ?? false,
    OpenStdin: spec.openStdin ?? false,
    // Without it the end of an attached input would never reach the process.
    StdinOnce: spec.openStdin ?? false,
  }
}

function isolation(spec: SettledSpec, daemon: DaemonFacts): WireHostConfig {
  const wanted = resolveCapabilities({ add: spec.capabilitiesAdd ?? [], drop: spec.capabilitiesDrop ?? [] })
  const privileged = spec.privileged === true
  const hostUsers = spec.userNamespace?.kind === "host" || (privileged && daemon.remapsUsers)
  return {
    Privileged: privileged,
    // Said name by name, so that both engines give the same whatever this daemon's defaults are.
    ...(privileged ? {} : { CapDrop: ["ALL"], CapAdd: wanted.map((name) => name.replace(/^CAP_/, "")) }),
    SecurityOpt: [
      ...(privileged || spec.noNewPrivileges === false ? [] : ["no-new-privileges"]),
      ...(spec.seccomp === undefined || spec.seccomp === "default"
        ? []
        : [`seccomp=${spec.seccomp === "unconfined" ? "unconfined" : spec.seccomp.profileJson}`]),
    ],
    IpcMode: namespaceMode(spec.ipcNamespace) ?? "private",
    ...(spec.pidNamespace === undefined ? {} : { PidMode: namespaceMode(spec.pidNamespace) ?? "" }),
    ...(spec.utsNamespace?.kind === "host" ? { UTSMode: "host" } : {}),
    ...(hostUsers ? { UsernsMode: "host" } : {}),
  }
}

function namespaceMode(mode: NamespaceMode | undefined): string | undefined {
  if (mode === undefined || mode.kind === "private") return undefined
  return mode.kind === "host" ? "host" : `container:${mode.container}`
}

function networkMode(network: NetworkMode): string {
  switch (network.kind) {
    case "none":
    case "host":
      return network.kind
    case "container":
      return `container:${network.container}`
    case "network":
      return network.network
  }
}

function endpoints(network: NetworkMode): { NetworkingConfig?: { EndpointsConfig: Record<string, WireEndpoint> } } {
  if (network.kind !== "network" || (network.address === undefined && network.aliases === undefined)) return {}
  const endpoint = {
    ...(network.address === undefined ? {} : { IPAMConfig: { IPv4Address: network.address } }),
    ...(network.aliases === undefined ? {} : { Aliases: network.aliases }),
  }
  return { NetworkingConfig: { EndpointsConfig: { [network.network]: endpoint } } }
}

function bindings(ports: SettledSpec["ports"], { flavour }: DaemonFacts): Record<string, WireBinding[]> {
  const byName: Record<string, WireBinding[]> = {}
  for (const port of ports) {
    const name = portName(port)
    // Podman takes 0.0.0.0 for one address like any other.
    const everywhere = flavour === "podman" && port.hostAddress === "0.0.0.0"
    byName[name] = [...(byName[name] ?? []), { HostIp: everywhere ? "" : port.hostAddress, HostPort: String(port.hostPort) }]
  }
  return byName
}

function portsLabels(ports: SettledSpec["ports"]): Record<string, string> {
  if (ports.length === 0) return {}
  return { [portsLabel]: ports.map((port) => `${portName(port)}=${port.hostAddress}:${port.hostPort}`).join(" ") }
}

function restartPolicy({ restartPolicy: policy = { kind: "no" } }: SettledSpec): NonNullable<WireHostConfig["RestartPolicy"]> {
  return { Name: policy.kind, MaximumRetryCount: policy.kind === "on-failure" ? policy.maximumRetries : 0 }
}

function toMount(mount: MountSpec, filled: ReadonlySet<string>): WireMount {
  const { target, kind } = mount
  switch (kind) {
    case "volume":
      return {
        Type: "volume",
        Source: mount.volume,
        Target: target,
        ReadOnly: mount.readOnly ?? false,
        ...(filled.has(mount.volume) ? { VolumeOptions: { NoCopy: true } } : {}),
      }
    case "bind":
      return {
        Type: "bind",
        Source: mount.source,
        Target: target,
        ReadOnly: mount.readOnly ?? false,
        ...(mount.propagation === undefined ? {} : { BindOptions: { Propagation: mount.propagation } }),
      }
    case "tmpfs":
      return {
        Type: "tmpfs",
        Target: target,
        TmpfsOptions: {
          ...(mount.sizeBytes === undefined ? {} : { SizeBytes: mount.sizeBytes }),
          ...(mount.mode === undefined ? {} : { Mode: mount.mode }),
        },
      }
  }
}

const defaultStopTimeoutMs = 10_000
const defaultLog = { maxBytes: 16 * 1024 * 1024, maxFiles: 4 }

// json-file would turn bytes that are no UTF-8 into question marks; `local` keeps them.
function logging({ log }: SettledSpec, { flavour, info }: DaemonFacts): WireHostConfig {
  const { maxBytes, maxFiles } = { ...defaultLog, ...log }
  // conmon keeps one file and empties it when it is full: it gets the room of all of them, so that no less is kept than was asked for.
  if (flavour === "podman") return { LogConfig: { Type: "k8s-file", Config: { "max-size": String(maxBytes * maxFiles) } } }
  const drivers = info.Plugins?.Log ?? ["local"]
  if (!drivers.includes("local"))
    return log === undefined
      ? {}
      : { LogConfig: { Type: "json-file", Config: { "max-size": String(maxBytes), "max-file": String(maxFiles) } } }
  return { LogConfig: { Type: "local", Config: { "max-size": String(maxBytes), "max-file": String(maxFiles), compress: "false" } } }
}

function refuseWhatDockerLacks(spec: SettledSpec, daemon: DaemonFacts): void {
  if (spec.timeOffsets !== undefined) throw lacking("timeOffsets", "time namespaces")
  if (spec.diskBytes !== undefined) throw lacking("diskBytes", "limits of a container's disk")
  if (spec.volumeBytes !== undefined) throw lacking("volumeBytes", "limits of a volume")
  if (spec.utsNamespace?.kind === "container") throw lacking("utsNamespace", "host names shared between containers")
  if (spec.userNamespace?.kind === "private" && !daemon.remapsUsers)
    throw lacking("userNamespace", 'user namespaces as it is configured (set "userns-remap" in /etc/docker/daemon.json)')
  if (spec.healthCheck !== undefined && spec.healthCheck !== null && !daemon.runsHealthChecks)
    throw lacking("healthCheck", "health checks: Podman has them run by systemd, which it does not use here")
  const runtimes = Object.keys(daemon.info.Runtimes ?? {})
  if (spec.ociRuntime !== undefined && runtimes.length > 0 && !runtimes.includes(spec.ociRuntime))
    throw fieldError("ociRuntime", `"${spec.ociRuntime}" is not one of this Docker Engine's: ${runtimes.join(", ")}.`, "unsupported")
}

function lacking(field: string, what: string): EngineError {
  return new EngineError("unsupported", { facts: { field }, publicMessage: `${field}: this Docker Engine has no ${what}.` })
}
