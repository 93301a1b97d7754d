import { readdir, readlink } from "node:fs/promises"
import type { PublishedPort } from "../../engine.js"
import { errnoOf } from "../../errors.js"
import { readProcessStat, readProcFile } from "../../kernel/process-stat.js"

/** A process of the host that has a port open. */
export interface Listener {
  pid: number
  command: string
}

/** Who has the port, from /proc; undefined when it cannot be told (another network namespace, a kernel service). Slow: for error messages only. */
export async function findListener(port: Pick<PublishedPort, "protocol" | "hostPort">): Promise<Listener | undefined> {
  const tables = [`/proc/net/${port.protocol}`, `/proc/net/${port.protocol}6`]
  const inodes = new Set(tables.flatMap((path) => socketInodes(readProcFile(path) ?? "", port)))
  if (inodes.size === 0) return undefined
  for (const entry of await readdir("/proc")) {
    if (!/^\d+$/.test(entry) || !(await holdsSocket(entry, inodes))) continue
    const command = readProcessStat(Number(entry))?.command
    if (command !== undefined) return { pid: Number(entry), command }
  }
  return undefined
}

/** Inodes of sockets that wait on the port, from a table of /proc/net (proc_pid_net(5)). */
export function socketInodes(table: string, port: Pick<PublishedPort, "protocol" | "hostPort">): string[] {
  const wanted = port.hostPort.toString(16).toUpperCase().padStart(4, "0")
  return table
    .split("\n")
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[1]?.endsWith(`:${wanted}`) === true && (port.protocol === "udp" || fields[3] === TCP_LISTEN))
    .map((fields) => fields[9])
    .filter((inode) => inode !== undefined)
    .filter((inode) => inode !== "0")
}

const TCP_LISTEN = "0A"

async function holdsSocket(pid: string, inodes: ReadonlySet<string>): Promise<boolean> {
  try {
    const descriptors = await readdir(`/proc/${pid}/fd`)
    const targets = await Promise.all(descriptors.map((descriptor) => readlink(`/proc/${pid}/fd/${descriptor}`).catch(gone)))
    return targets.some((target) => inodes.has(/^socket:\[(\d+)\]$/.exec(target)?.[1] ?? ""))
  } catch (error) {
    gone(error)
    return false
  }
}

// A descriptor or a whole process may vanish while it is looked at.
function gone(error: unknown): string {
  const errno = errnoOf(error)
  if (errno === "ENOENT" || errno === "ESRCH" || errno === "EACCES") return ""
  throw error
}
