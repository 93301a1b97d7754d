import { EngineError } from "../../errors.js"
import type { SandboxSpec } from "../sandbox.js"

/**
 * Kernel parameters of the container's own namespaces. `invalid_argument` for one that is not namespaced, or whose
 * namespace is the host's: it would change the host.
 */
export function ociSysctls(spec: Pick<SandboxSpec, "sysctls" | "namespaces">): Record<string, string> {
  const result: Record<string, string> = {}
  for (const [asked, value] of Object.entries(spec.sysctls)) {
    const name = asked.replaceAll("/", ".")
    check(asked, name, value, spec.namespaces)
    result[name] = value
  }
  return result
}

function check(asked: string, name: string, value: string, namespaces: SandboxSpec["namespaces"]): void {
  const kind = namespaceOf(name)
  if (!/^[a-z0-9_]+(\.[a-zA-Z0-9_-]+)+$/.test(name) || kind === undefined) {
    throw refused(
      asked,
      `The sysctl ${asked} is not one of a namespace. Allowed are net.*, kernel.msg*, kernel.sem, kernel.shm* and fs.mqueue.*.`,
    )
  }
  if (value.includes("\0") || value.length > 4096) throw refused(asked, `The value of the sysctl ${asked} is not a line of text.`)
  if (namespaces[kind].kind === "host") {
    throw refused(asked, `The sysctl ${asked} would change the host, since the container shares the host's ${kind} namespace.`)
  }
}

function namespaceOf(name: string): "net" | "ipc" | undefined {
  if (name.startsWith("net.")) return "net"
  if (name.startsWith("fs.mqueue.") || ipcNames.has(name)) return "ipc"
  return undefined
}

const ipcNames = new Set([
  "kernel.msgmax",
  "kernel.msgmnb",
  "kernel.msgmni",
  "kernel.sem",
  "kernel.shmall",
  "kernel.shmmax",
  "kernel.shmmni",
  "kernel.shm_rmid_forced",
])

function refused(sysctl: string, publicMessage: string): EngineError {
  return new EngineError("invalid_argument", { facts: { sysctl }, publicMessage })
}
