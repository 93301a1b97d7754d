import { EngineError } from "../errors.js"

/** Capabilities as of linux 6.x (include/uapi/linux/capability.h), with their prefix, in the order of their numbers. */
export const capabilityNames = [
  "CAP_CHOWN",
  "CAP_DAC_OVERRIDE",
  "CAP_DAC_READ_SEARCH",
  "CAP_FOWNER",
  "CAP_FSETID",
  "CAP_KILL",
  "CAP_SETGID",
  "CAP_SETUID",
  "CAP_SETPCAP",
  "CAP_LINUX_IMMUTABLE",
  "CAP_NET_BIND_SERVICE",
  "CAP_NET_BROADCAST",
  "CAP_NET_ADMIN",
  "CAP_NET_RAW",
  "CAP_IPC_LOCK",
  "CAP_IPC_OWNER",
  "CAP_SYS_MODULE",
  "CAP_SYS_RAWIO",
  "CAP_SYS_CHROOT",
  "CAP_SYS_PTRACE",
  "CAP_SYS_PACCT",
  "CAP_SYS_ADMIN",
  "CAP_SYS_BOOT",
  "CAP_SYS_NICE",
  "CAP_SYS_RESOURCE",
  "CAP_SYS_TIME",
  "CAP_SYS_TTY_CONFIG",
  "CAP_MKNOD",
  "CAP_LEASE",
  "CAP_AUDIT_WRITE",
  "CAP_AUDIT_CONTROL",
  "CAP_SETFCAP",
  "CAP_MAC_OVERRIDE",
  "CAP_MAC_ADMIN",
  "CAP_SYSLOG",
  "CAP_WAKE_ALARM",
  "CAP_BLOCK_SUSPEND",
  "CAP_AUDIT_READ",
  "CAP_PERFMON",
  "CAP_BPF",
  "CAP_CHECKPOINT_RESTORE",
] as const

/** Docker's default set (moby, oci/caps/defaults.go) less NET_RAW, with which a tenant could spoof its neighbours. */
export const defaultCapabilities: readonly string[] = [
  "CAP_CHOWN",
  "CAP_DAC_OVERRIDE",
  "CAP_FSETID",
  "CAP_FOWNER",
  "CAP_MKNOD",
  "CAP_SETGID",
  "CAP_SETUID",
  "CAP_SETFCAP",
  "CAP_SETPCAP",
  "CAP_NET_BIND_SERVICE",
  "CAP_SYS_CHROOT",
  "CAP_KILL",
  "CAP_AUDIT_WRITE",
]

const known: ReadonlySet<string> = new Set(capabilityNames)

/** `net_raw`, `NET_RAW` or `CAP_NET_RAW` as `CAP_NET_RAW`; `ALL` stays. Throws `invalid_argument` for what is no capability. */
export function parseCapability(text: string): string {
  const upper = text.toUpperCase()
  if (upper === "ALL") return upper
  const name = upper.startsWith("CAP_") ? upper : `CAP_${upper}`
  if (known.has(name)) return name
  throw new EngineError("invalid_argument", {
    facts: { capability: text.slice(0, 64) },
    publicMessage: `"${text.slice(0, 64)}" is not a Linux capability. Use a name such as NET_RAW, or ALL.`,
  })
}

/** The set that a container gets: defaults, plus `add`, less `drop`; `ALL` in either means every one. A name in both is dropped unless its side is the narrower one. */
export function resolveCapabilities(options: { add?: readonly string[]; drop?: readonly string[]; privileged?: boolean }): string[] {
  if (options.privileged === true) return [...capabilityNames]
  const add = (options.add ?? []).map(parseCapability)
  const drop = (options.drop ?? []).map(parseCapability)
  const base = drop.includes("ALL") ? [] : add.includes("ALL") ? capabilityNames : defaultCapabilities
  const wanted = new Set([...base, ...add.filter((name) => name !== "ALL")])
  for (const name of drop) wanted.delete(name)
  return capabilityNames.filter((name) => wanted.has(name))
}
