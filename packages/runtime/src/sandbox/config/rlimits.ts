import { readFileSync } from "node:fs"
import { EngineError } from "../../errors.js"
import type { SandboxSpec } from "../sandbox.js"
import { ownCapabilities } from "./capabilities.js"
import type { OciRlimit } from "./oci-types.js"

/** What this process may give to another: its own hard limits, and whether it may go above them. */
export interface RlimitCeiling {
  hard: Readonly<Record<string, number>>
  mayRaise: boolean
}

/** Stands for "unlimited" (RLIM_INFINITY does not fit into a JavaScript number). */
export const UNLIMITED = Number.MAX_SAFE_INTEGER

/**
 * Resource limits of the first process. Open files get a stated default instead of the daemon's own. `-1` means unlimited.
 * `invalid_argument` for an unknown name or soft above hard, `limit_unsupported` for a hard limit that this process may not give.
 */
export function ociRlimits(ulimits: SandboxSpec["ulimits"], ceiling: RlimitCeiling): OciRlimit[] {
  const asked = ulimits.map((ulimit) => checked(ulimit, ceiling))
  if (asked.some((limit) => limit.type === "RLIMIT_NOFILE")) return asked
  const ownHard = ceiling.hard.nofile ?? DEFAULT_OPEN_FILES
  return [
    ...asked,
    { type: "RLIMIT_NOFILE", soft: Math.min(DEFAULT_OPEN_FILES, ownHard), hard: Math.min(DEFAULT_OPEN_FILES_HARD, ownHard) },
  ]
}

/** Reads the ceiling of this process from /proc. */
export function readRlimitCeiling(): RlimitCeiling {
  const hard: Record<string, number> = {}
  for (const line of readFileSync("/proc/self/limits", "utf8").split("\n")) {
    const name = Object.keys(titles).find((candidate) => line.startsWith(`${titles[candidate]} `))
    if (name === undefined) continue
    const value = line.slice(HARD_COLUMN).trim().split(/\s+/)[0]
    hard[name] = value === "unlimited" ? UNLIMITED : Number(value)
  }
  return { hard, mayRaise: ownCapabilities().includes("CAP_SYS_RESOURCE") }
}

function checked(ulimit: SandboxSpec["ulimits"][number], ceiling: RlimitCeiling): OciRlimit {
  const name = ulimit.name.toLowerCase().replace(/^rlimit_/, "")
  const soft = amount(ulimit.soft)
  const hard = amount(ulimit.hard)
  if (!Object.hasOwn(titles, name) || soft === undefined || hard === undefined || soft > hard) {
    throw new EngineError("invalid_argument", {
      facts: { ulimit: ulimit.name, soft: ulimit.soft, hard: ulimit.hard },
      publicMessage: !Object.hasOwn(titles, name)
        ? `There is no ulimit named "${ulimit.name}". Known are: ${Object.keys(titles).join(", ")}.`
        : `The ulimit ${name} must be two whole numbers, the soft one (${ulimit.soft}) not above the hard one (${ulimit.hard}); -1 is unlimited.`,
    })
  }
  const own = ceiling.hard[name]
  if (!ceiling.mayRaise && own !== undefined && hard > own) {
    throw new EngineError("limit_unsupported", {
      facts: { ulimit: name, asked: ulimit.hard, highest: own },
      publicMessage: `The ulimit ${name} cannot be raised to ${ulimit.hard} here: the engine's own hard limit is ${own} and it has no CAP_SYS_RESOURCE. Ask for at most ${own}, or start the engine with a higher limit.`,
    })
  }
  return { type: `RLIMIT_${name.toUpperCase()}`, soft, hard }
}

function amount(value: number): number | undefined {
  if (value === -1) return UNLIMITED
  return Number.isSafeInteger(value) && value >= 0 ? value : undefined
}

const DEFAULT_OPEN_FILES = 65_536
const DEFAULT_OPEN_FILES_HARD = 1_048_576
// Columns of /proc/PID/limits: name, soft limit, hard limit, units.
const HARD_COLUMN = 47

const titles: Readonly<Record<string, string>> = {
  as: "Max address space",
  core: "Max core file size",
  cpu: "Max cpu time",
  data: "Max data size",
  fsize: "Max file size",
  locks: "Max file locks",
  memlock: "Max locked memory",
  msgqueue: "Max msgqueue size",
  nice: "Max nice priority",
  nofile: "Max open files",
  nproc: "Max processes",
  rss: "Max resident set",
  rtprio: "Max realtime priority",
  rttime: "Max realtime timeout",
  sigpending: "Max pending signals",
  stack: "Max stack size",
}
