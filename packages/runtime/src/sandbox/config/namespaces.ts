import type { SandboxSpec } from "../sandbox.js"
import type { OciNamespace } from "./oci-types.js"
import type { TimePlan } from "./time-offsets.js"

/** Namespaces to make or join, in the order of `kinds`; the host's are left out. */
export function ociNamespaces(spec: SandboxSpec, time: TimePlan): OciNamespace[] {
  const listed = kinds.flatMap(([kind, type]): OciNamespace[] => {
    if (kind === "time" && time === "host") return []
    const mode = spec.namespaces[kind]
    if (mode.kind === "host") return []
    return [mode.kind === "path" ? { type, path: mode.path } : { type }]
  })
  return [...listed, ...userNamespace(spec)]
}

const kinds = [
  ["pid", "pid"],
  ["net", "network"],
  ["mnt", "mount"],
  ["uts", "uts"],
  ["ipc", "ipc"],
  ["cgroup", "cgroup"],
  ["time", "time"],
] as const

function userNamespace(spec: SandboxSpec): OciNamespace[] {
  if (spec.userNamespacePath !== undefined) return [{ type: "user", path: spec.userNamespacePath }]
  return spec.idRange === undefined ? [] : [{ type: "user" }]
}
