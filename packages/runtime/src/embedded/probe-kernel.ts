import { existsSync, readFileSync } from "node:fs"
import type { Ability, NamespaceKind } from "../engine.js"
import { readProcessStatus } from "../kernel/process-stat.js"

const namespaces: readonly { kind: NamespaceKind; title: string; option: string; required: boolean }[] = [
  { kind: "pid", title: "Processes of their own", option: "CONFIG_PID_NS", required: true },
  { kind: "mnt", title: "Mounts of their own", option: "CONFIG_NAMESPACES", required: true },
  { kind: "net", title: "Network of their own", option: "CONFIG_NET_NS", required: true },
  { kind: "uts", title: "Host name of their own", option: "CONFIG_UTS_NS", required: true },
  { kind: "ipc", title: "Shared memory and message queues of their own", option: "CONFIG_IPC_NS", required: true },
  { kind: "user", title: "User ids of their own", option: "CONFIG_USER_NS", required: false },
  { kind: "cgroup", title: "A view of control groups of their own", option: "CONFIG_CGROUPS", required: false },
  { kind: "time", title: "Clocks of their own", option: "CONFIG_TIME_NS", required: false },
]

/** Namespaces and seccomp. */
export function probeKernel(): Ability[] {
  return [...namespaces.map(probeNamespace), probeSeccomp()]
}

function probeNamespace({ kind, title, option, required }: (typeof namespaces)[number]): Ability {
  const base = { name: `namespace.${kind}`, title: `${title} (${kind} namespace)`, required }
  if (!existsSync(`/proc/self/ns/${kind}`))
    return { ...base, status: "missing", detail: "The kernel has none.", remedy: `A kernel built with ${option}=y.` }
  if (kind === "user" && maximumUserNamespaces() === 0) {
    return {
      ...base,
      status: "missing",
      detail: "user.max_user_namespaces is 0: containers would run with the host's user ids.",
      remedy: "sysctl -w user.max_user_namespaces=15000",
    }
  }
  return { ...base, status: "available", detail: "The kernel has them." }
}

function maximumUserNamespaces(): number {
  const path = "/proc/sys/user/max_user_namespaces"
  return existsSync(path) ? Number(readFileSync(path, "utf8")) : Number.POSITIVE_INFINITY
}

function probeSeccomp(): Ability {
  const base = { name: "seccomp", title: "System call filter (seccomp)", required: false }
  const compiled = readProcessStatus(process.pid)?.has("Seccomp") === true && existsSync("/proc/sys/kernel/seccomp/actions_avail")
  if (compiled) return { ...base, status: "available", detail: "Containers get an allow-list of system calls." }
  return {
    ...base,
    status: "missing",
    detail: "Containers would run without a filter of system calls.",
    remedy: "A kernel built with CONFIG_SECCOMP_FILTER=y.",
  }
}
