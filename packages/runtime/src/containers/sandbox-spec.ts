import type { ResolvedMount } from "../engine.js"
import type { SandboxMount, SandboxSpec } from "../sandbox/sandbox.js"
import type { NamespaceMode, NetworkMode } from "../spec/container-spec.js"
import type { ContainerRecord, ResolvedUser } from "./container-record.js"
import type { EnginePaths, VolumeStore } from "./engine-context.js"
import type { PodNamespaces } from "./pods.js"
import { DEFAULT_SHM_BYTES, mergeEnvironment } from "./resolve-spec.js"

interface SandboxInputs {
  /** What it joins of other containers. */
  pod: PodNamespaces["paths"]
  volumes: Pick<VolumeStore, "hostPath">
  paths: EnginePaths
  record: ContainerRecord
  user: ResolvedUser
  etcMounts: SandboxMount[]
  rootfs: string
  cgroupPath: string
}

/** All that the sandbox driver needs to know to make the container's process. Pure. */
export function sandboxSpec(inputs: SandboxInputs): SandboxSpec {
  const { record, user, pod } = inputs
  const { spec, resolved } = record
  return {
    id: record.id,
    hostname: resolved.hostname,
    ...(spec.domainname === undefined ? {} : { domainname: spec.domainname }),
    arguments: [...resolved.entrypoint, ...resolved.command],
    environment: mergeEnvironment([`HOME=${user.home}`], resolved.environment),
    workingDirectory: resolved.workingDirectory,
    uid: user.uid,
    gid: user.gid,
    additionalGids: [...user.additionalGids],
    terminal: resolved.terminal,
    openStdin: resolved.openStdin,
    init: resolved.init,
    readOnlyRoot: resolved.readOnlyRoot,
    privileged: spec.privileged ?? false,
    capabilities: resolved.capabilities,
    seccomp: spec.seccomp ?? (spec.privileged === true ? "unconfined" : "default"),
    noNewPrivileges: spec.noNewPrivileges ?? spec.privileged !== true,
    ulimits: spec.ulimits ?? [],
    sysctls: spec.sysctls ?? {},
    mounts: [...inputs.etcMounts, ...resolved.mounts.map((mount) => sandboxMount(mount, inputs.volumes))],
    shmSizeBytes: spec.shmSizeBytes ?? DEFAULT_SHM_BYTES,
    idRange: record.idRange,
    namespaces: {
      pid: namespaceOf(spec.pidNamespace, pod.pid),
      ipc: namespaceOf(spec.ipcNamespace, pod.ipc),
      uts: resolved.network.kind === "host" && spec.utsNamespace === undefined ? { kind: "host" } : namespaceOf(spec.utsNamespace, pod.uts),
      net: namespaceOf(resolved.network, pod.net),
      mnt: { kind: "private" },
      cgroup: { kind: "private" },
      time: { kind: "private" },
    },
    ...(pod.user === undefined ? {} : { userNamespacePath: pod.user }),
    ...(spec.timeOffsets === undefined ? {} : { timeOffsets: spec.timeOffsets }),
    cgroupPath: inputs.cgroupPath,
    rootfs: inputs.rootfs,
    ociRuntime: resolved.ociRuntime,
    logPath: inputs.paths.logFile(record.id),
  }
}

function namespaceOf(mode: NamespaceMode | NetworkMode | undefined, path: string | undefined): SandboxSpec["namespaces"]["pid"] {
  if (path !== undefined) return { kind: "path", path }
  return mode?.kind === "host" ? { kind: "host" } : { kind: "private" }
}

function sandboxMount(mount: ResolvedMount, volumes: Pick<VolumeStore, "hostPath">): SandboxMount {
  const readOnly = mount.kind !== "tmpfs" && mount.readOnly === true
  switch (mount.kind) {
    case "volume":
      return {
        source: volumes.hostPath(mount.volume),
        target: mount.target,
        type: "bind",
        options: ["rbind", readOnly ? "ro" : "rw", "rprivate", "nosuid", "nodev"],
      }
    case "bind":
      return {
        source: mount.source,
        target: mount.target,
        type: "bind",
        // Read-only with all that is mounted below it on the host.
        options: ["rbind", readOnly ? "rro" : "rw", mount.propagation ?? "rprivate"],
      }
    case "tmpfs":
      return {
        source: "tmpfs",
        target: mount.target,
        type: "tmpfs",
        options: [
          "nosuid",
          "nodev",
          `mode=${(mount.mode ?? 0o1777).toString(8)}`,
          ...(mount.sizeBytes === undefined ? [] : [`size=${mount.sizeBytes}`]),
        ],
      }
  }
}
