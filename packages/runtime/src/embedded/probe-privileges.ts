import { userInfo } from "node:os"
import type { Ability } from "../engine.js"
import { libcAvailable } from "../kernel/libc.js"
import { readProcessStatus } from "../kernel/process-stat.js"

/** Bits of linux/capability.h that the engine itself uses. */
const needed = {
  CAP_CHOWN: 0,
  CAP_DAC_OVERRIDE: 1,
  CAP_FOWNER: 3,
  CAP_KILL: 5,
  CAP_SETGID: 6,
  CAP_SETUID: 7,
  CAP_NET_ADMIN: 12,
  CAP_SYS_CHROOT: 18,
  CAP_SYS_PTRACE: 19,
  CAP_SYS_ADMIN: 21,
  CAP_MKNOD: 27,
} as const

/** Without these, single things fail: ulimits above the engine's own, and lowering the OOM score. */
const helpful = { CAP_SYS_RESOURCE: 24 } as const

/** Root, its capabilities, and the system call bindings. */
export function probePrivileges(): Ability[] {
  const abilities = [process.geteuid?.() === 0 ? probeCapabilities() : notRoot()]
  if (!libcAvailable()) abilities.push(noBindings())
  return abilities
}

function notRoot(): Ability {
  return {
    name: "root",
    title: "Root's rights",
    status: "missing",
    detail: `This process runs as ${userInfo().username}; making namespaces, mounts, cgroups and links needs root.`,
    remedy: "Start it as root, for example: sudo npm start",
    required: true,
  }
}

function probeCapabilities(): Ability {
  const effective = BigInt(`0x${readProcessStatus(process.pid)?.get("CapEff") ?? "0"}`)
  const lacking = (names: Readonly<Record<string, number>>): string[] =>
    Object.entries(names).flatMap(([name, bit]) => ((effective >> BigInt(bit)) & 1n ? [] : [name]))
  const base = { name: "root", title: "Root's rights", required: true }
  const absent = lacking(needed)
  if (absent.length > 0) {
    return {
      ...base,
      status: "missing",
      detail: `Runs as root, but without ${absent.join(", ")}: this looks like a container.`,
      remedy: "Run it on the host itself, or give this container the capabilities (for example --privileged --cgroupns=host).",
    }
  }
  const missed = lacking(helpful)
  if (missed.length > 0)
    return {
      ...base,
      status: "degraded",
      detail: `Runs as root, but without ${missed.join(", ")}: ulimits above the engine's own are refused.`,
    }
  return { ...base, status: "available", detail: "Runs as root with all capabilities it needs." }
}

function noBindings(): Ability {
  return {
    name: "system-calls",
    title: "System call bindings (koffi)",
    status: "missing",
    detail: `The package koffi does not load on ${process.platform} ${process.arch}; mounts and file attributes need it.`,
    remedy: "npm ci --include=optional",
    required: true,
  }
}
