import type { ProcessInfo } from "../engine.js"
import { clockTicksPerSecond, processStartedAt, readBootedAt } from "../kernel/host-facts.js"
import { readProcessArguments, readProcessStat, readProcessStatus } from "../kernel/process-stat.js"
import type { IdRange } from "../spec/id-range.js"

const pageBytes = 4096

/**
 * What runs in a container, read from /proc: no program is started in it. `passwd` is the text of the container's
 * /etc/passwd, for users' names. Processes that end meanwhile are left out. Ordered by pid.
 */
export async function listProcesses(options: {
  pids: readonly number[]
  passwd: string | undefined
  idRange: IdRange | undefined
}): Promise<ProcessInfo[]> {
  const names = userNames(options.passwd ?? "")
  const bootedAt = readBootedAt()
  return options.pids
    .toSorted((a, b) => a - b)
    .map((pid) => readProcess(pid, { names, bootedAt, idRange: options.idRange }))
    .filter((process) => process !== undefined)
}

function readProcess(
  pid: number,
  context: { names: ReadonlyMap<number, string>; bootedAt: number; idRange: IdRange | undefined },
): ProcessInfo | undefined {
  const stat = readProcessStat(pid)
  const status = readProcessStatus(pid)
  if (stat === undefined || status === undefined) return undefined
  const arguments_ = readProcessArguments(pid) ?? []
  // Uid: real, effective, saved, file system; NSpid: from the outermost namespace to the innermost.
  const uid = numbers(status.get("Uid"))[1] ?? 0
  const inside = uidInside(uid, context.idRange)
  return {
    pid,
    containerPid: numbers(status.get("NSpid")).at(-1) ?? pid,
    parentPid: stat.parentPid,
    uid,
    user: context.names.get(inside) ?? String(inside),
    state: stat.state,
    command: arguments_.length === 0 ? `[${stat.command}]` : arguments_.join(" "),
    startedAt: processStartedAt(stat.startTicks, context.bootedAt),
    cpuSeconds: (stat.userTicks + stat.systemTicks) / clockTicksPerSecond,
    residentBytes: stat.residentPages * pageBytes,
    threads: stat.threads,
  }
}

/** Names by user id from the text of a passwd file; the first entry of an id counts. */
export function userNames(passwd: string): ReadonlyMap<number, string> {
  const names = new Map<number, string>()
  for (const line of passwd.split("\n")) {
    const [name, , uid] = line.split(":")
    if (name === undefined || name === "" || uid === undefined || !/^\d+$/.test(uid)) continue
    if (!names.has(Number(uid))) names.set(Number(uid), name)
  }
  return names
}

function uidInside(uid: number, range: IdRange | undefined): number {
  return range !== undefined && uid >= range.uidBase && uid < range.uidBase + range.size ? uid - range.uidBase : uid
}

function numbers(text: string | undefined): number[] {
  return (text ?? "").split(/\s+/).filter(Boolean).map(Number)
}
