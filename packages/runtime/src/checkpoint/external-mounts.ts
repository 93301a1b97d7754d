import { join, relative } from "node:path"
import { EngineError } from "../errors.js"
import type { MountEntry } from "../kernel/mount-table.js"

/** A mount of a container that comes from outside of it: CRIU is told of it by a key, and where it comes from when it is restored. */
export interface ExternalMount {
  key: string
  target: string
  /** On the host. Absent: whatever the container's configuration then has as the source of this target. */
  source?: string
}

/** File systems that a container has to itself where its configuration has them, so that CRIU writes and makes them anew. */
const ownTypes: readonly string[] = ["proc", "sysfs", "tmpfs", "devpts", "mqueue", "cgroup2"]
const devices: readonly string[] = ["null", "zero", "full", "tty", "random", "urandom"]

/**
 * Which mounts of a container are external: binds of its configuration (`bound`: their targets; `own`: those of its other mounts and of masked and read-only paths), device nodes and what is masked by one, and hierarchies of cgroup v1.
 * `mounts` as its processes have them, `host` as the host has them. `unsupported` for one that nobody knows how to make again.
 */
export function externalMounts(options: {
  mounts: readonly MountEntry[]
  host: readonly MountEntry[]
  bound: ReadonlySet<string>
  own: ReadonlySet<string>
}): ExternalMount[] {
  const found: ExternalMount[] = []
  for (const mount of options.mounts) {
    const { target } = mount
    if (target === "/") continue
    const key = `m${found.length}`
    if (options.bound.has(target)) found.push({ key, target: named(target) })
    else if (isDeviceNode(mount)) found.push({ key, target: named(target), source: `/dev${mount.root}` })
    else if (mount.type === "cgroup") found.push({ key, target, source: onHost(mount, options.host) })
    else if (!ownTypes.includes(mount.type) || !options.own.has(target)) throw unknown(mount)
  }
  return found
}

// /dev/null covers files that are masked, too.
function isDeviceNode({ root, type }: MountEntry): boolean {
  return (type === "devtmpfs" || type === "tmpfs") && devices.includes(root.slice(1)) && root.startsWith("/")
}

function onHost(mount: MountEntry, host: readonly MountEntry[]): string {
  const same = host.find(({ type, device }) => type === "cgroup" && device === mount.device)
  if (same === undefined) throw unknown(mount)
  return join(same.target, relative(same.root, mount.root))
}

// The name stands in brackets.
function named(target: string): string {
  if (/[[\]\n]/.test(target))
    throw new EngineError("unsupported", {
      facts: { target },
      publicMessage: `What is mounted at ${target} in it has a bracket in its name, which CRIU does not take.`,
    })
  return target
}

function unknown({ target, type }: MountEntry): EngineError {
  return new EngineError("unsupported", {
    facts: { target, type },
    publicMessage: `At ${target} it has a file system of type ${type} that its configuration does not name: it could not be mounted again.`,
  })
}
