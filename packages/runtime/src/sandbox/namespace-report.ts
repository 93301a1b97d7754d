import type { IdMapLine, NamespaceKind, NamespaceReport } from "../engine.js"
import { EngineError } from "../errors.js"
import { readNamespaceInode, readProcessStatus, readProcFile } from "../kernel/process-stat.js"
import { capabilitiesOfMask } from "./config/capabilities.js"

export type ProcessNamespaces = Omit<NamespaceReport, "namespaces"> & {
  namespaces: { kind: NamespaceKind; inode: number; isHost: boolean }[]
}

/** What isolates a process, as the kernel has it now. A kind that the kernel lacks is left out. `not_found` when the process is gone. */
export function reportNamespaces(pid: number): ProcessNamespaces {
  const status = readProcessStatus(pid)
  const uidMap = readProcFile(`/proc/${pid}/uid_map`)
  const gidMap = readProcFile(`/proc/${pid}/gid_map`)
  if (status === undefined || uidMap === undefined || gidMap === undefined) {
    throw new EngineError("not_found", { facts: { pid }, publicMessage: "The process has ended." })
  }
  return {
    pid,
    namespaces: kinds.flatMap((kind) => {
      const inode = readNamespaceInode(pid, kind)
      return inode === undefined ? [] : [{ kind, inode, isHost: inode === readNamespaceInode("self", kind) }]
    }),
    uidMap: parseIdMap(uidMap),
    gidMap: parseIdMap(gidMap),
    capabilitiesEffective: capabilitiesOfMask(status.get("CapEff") ?? "0"),
    seccomp: seccompModes[Number(status.get("Seccomp") ?? 0)] ?? "disabled",
    noNewPrivileges: status.get("NoNewPrivs") === "1",
  }
}

/** Lines of /proc/PID/uid_map (user_namespaces(7)). */
export function parseIdMap(text: string): IdMapLine[] {
  return text
    .split("\n")
    .map((line) => line.trim().split(/\s+/).map(Number))
    .flatMap(([insideId, outsideId, count]) =>
      insideId === undefined || outsideId === undefined || count === undefined ? [] : [{ insideId, outsideId, count }],
    )
}

const kinds: readonly NamespaceKind[] = ["pid", "mnt", "net", "uts", "ipc", "user", "cgroup", "time"]
const seccompModes = ["disabled", "strict", "filter"] as const
