import type { SandboxMount, SandboxSpec } from "../sandbox.js"
import type { OciMount } from "./oci-types.js"

/**
 * All mounts in the order in which they are made: the kernel's file systems, then the caller's by depth, so that a mount
 * below another one is not hidden by it. A caller's mount at the place of a default one replaces it.
 */
export function ociMounts(spec: SandboxSpec, initMount: OciMount | undefined): OciMount[] {
  const wanted = spec.mounts.map(callerMount).sort((a, b) => depth(a.destination) - depth(b.destination))
  const taken = new Set(wanted.map((mount) => mount.destination))
  const defaults = [...kernelMounts(spec), ...(initMount === undefined ? [] : [initMount])]
  return [...defaults.filter((mount) => !taken.has(mount.destination)), ...wanted]
}

function kernelMounts(spec: SandboxSpec): OciMount[] {
  return [
    { destination: "/proc", type: "proc", source: "proc", options: ["nosuid", "noexec", "nodev"] },
    { destination: "/dev", type: "tmpfs", source: "tmpfs", options: ["nosuid", "strictatime", "mode=755", "size=65536k"] },
    {
      destination: "/dev/pts",
      type: "devpts",
      source: "devpts",
      options: ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5"],
    },
    sharedMemory(spec),
    { destination: "/dev/mqueue", type: "mqueue", source: "mqueue", options: ["nosuid", "noexec", "nodev"] },
    systemFiles(spec),
    {
      destination: "/sys/fs/cgroup",
      type: "cgroup",
      source: "cgroup",
      options: ["nosuid", "noexec", "nodev", "relatime", spec.privileged ? "rw" : "ro"],
    },
  ]
}

function sharedMemory(spec: SandboxSpec): OciMount {
  if (spec.namespaces.ipc.kind === "host") {
    return { destination: "/dev/shm", type: "bind", source: "/dev/shm", options: ["bind", "nosuid", "noexec", "nodev"] }
  }
  return {
    destination: "/dev/shm",
    type: "tmpfs",
    source: "shm",
    options: ["nosuid", "noexec", "nodev", "mode=1777", `size=${spec.shmSizeBytes}`],
  }
}

// sysfs may be mounted only by who owns the network namespace (sysfs(5), fs/sysfs/mount.c): with the host's network and a
// user namespace of its own a container gets the host's /sys instead, with all that is mounted below it, and all of it read-only: `ro` alone would leave
// debugfs, tracefs, securityfs and the cgroups of the host as writable as the host has them.
function systemFiles(spec: SandboxSpec): OciMount {
  const options = ["nosuid", "noexec", "nodev"]
  const foreignNetwork =
    spec.namespaces.net.kind === "host" || (spec.namespaces.net.kind === "path" && spec.userNamespacePath === undefined)
  return foreignNetwork && spec.idRange !== undefined
    ? { destination: "/sys", type: "bind", source: "/sys", options: ["rbind", ...options, spec.privileged ? "rw" : "rro"] }
    : { destination: "/sys", type: "sysfs", source: "sysfs", options: [...options, spec.privileged ? "rw" : "ro"] }
}

function callerMount(mount: SandboxMount): OciMount {
  return { destination: mount.target, type: mount.type, source: mount.source, options: [...mount.options] }
}

function depth(path: string): number {
  return path.split("/").filter((part) => part !== "").length
}
