import { readFileSync, readlinkSync } from "node:fs"
import { constants } from "node:os"
import { errnoOf } from "../errors.js"
import { signalVerified } from "./pid-fd.js"

/** One process for ever: a pid alone may be used again. */
export interface ProcessIdentity {
  pid: number
  /** As in `ProcessStat`. */
  startTicks: number
}

/** Of /proc/PID/stat (proc_pid_stat(5)). */
export interface ProcessStat {
  pid: number
  /** Name in the kernel, ≤ 15 bytes. */
  command: string
  /** `R`, `S`, `D`, `Z`, `T`, … */
  state: string
  parentPid: number
  processGroup: number
  /** Clock ticks (1/100 s). */
  userTicks: number
  systemTicks: number
  threads: number
  /** Field 22, ticks since boot: together with the pid it names one process for ever. */
  startTicks: number
  residentPages: number
}

/** Stat of a process, or undefined when there is none. `procRoot` for tests. */
export function readProcessStat(pid: number, procRoot = "/proc"): ProcessStat | undefined {
  const text = readProcFile(`${procRoot}/${pid}/stat`)
  return text === undefined ? undefined : parseProcessStat(text)
}

/** Parses the line; the command may itself hold spaces and parentheses, so that the last `)` ends it. */
export function parseProcessStat(text: string): ProcessStat {
  const open = text.indexOf("(")
  const close = text.lastIndexOf(")")
  const fields = text.slice(close + 2).split(" ")
  const field = (number: number): number => Number(fields[number - 3])
  return {
    pid: Number(text.slice(0, open)),
    command: text.slice(open + 1, close),
    state: fields[0] ?? "?",
    parentPid: field(4),
    processGroup: field(5),
    userTicks: field(14),
    systemTicks: field(15),
    threads: field(20),
    startTicks: field(22),
    residentPages: field(24),
  }
}

/** Whether a process has that pid, be it another one than before, or a zombie: one system call, where `isSameProcessAlive` takes five. */
export function isPidInUse(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // Of somebody else, and there.
    if (errnoOf(error) === "EPERM") return true
    if (errnoOf(error) === "ESRCH") return false
    throw error
  }
}

/** True when this very process (same start time) lives and is no zombie. */
export function isSameProcessAlive(pid: number, startTicks: number): boolean {
  const stat = readProcessStat(pid)
  return stat !== undefined && stat.startTicks === startTicks && stat.state !== "Z" && stat.state !== "X"
}

/**
 * Sends a signal to exactly this process: the start time is compared while the process is held by a descriptor, so that a reused pid is never hit.
 * False when it is gone.
 */
export function signalProcess(pid: number, startTicks: number, signal: NodeJS.Signals | number): boolean {
  const number = typeof signal === "number" ? signal : constants.signals[signal]
  return signalVerified(pid, number, () => readProcessStat(pid)?.startTicks === startTicks)
}

/** Fields of /proc/PID/status by name (`Uid`, `NSpid`, `CapEff`, `Seccomp`, …), or undefined when the process is gone. */
export function readProcessStatus(pid: number, procRoot = "/proc"): ReadonlyMap<string, string> | undefined {
  const text = readProcFile(`${procRoot}/${pid}/status`)
  return text === undefined ? undefined : parseColonTable(text)
}

/** Argument array of a process; empty for kernel threads and zombies, undefined when it is gone. */
export function readProcessArguments(pid: number, procRoot = "/proc"): string[] | undefined {
  const text = readProcFile(`${procRoot}/${pid}/cmdline`)
  return text === undefined ? undefined : text === "" ? [] : text.replace(/\0$/, "").split("\0")
}

/** Inode of `/proc/PID/ns/<name>`, or undefined when process or kind is absent. */
export function readNamespaceInode(pid: number | "self", name: string): number | undefined {
  try {
    const inode = /\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/ns/${name}`))?.[1]
    return inode === undefined ? undefined : Number(inode)
  } catch (error) {
    if (isGone(error)) return undefined
    throw error
  }
}

/** `Name: value` lines as a map. */
export function parseColonTable(text: string): ReadonlyMap<string, string> {
  const table = new Map<string, string>()
  for (const line of text.split("\n")) {
    const colon = line.indexOf(":")
    if (colon > 0) table.set(line.slice(0, colon), line.slice(colon + 1).trim())
  }
  return table
}

/** Text of a /proc file; undefined when the process (or the file) is gone. procfs never blocks, so it is read synchronously. */
export function readProcFile(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8")
  } catch (error) {
    if (isGone(error)) return undefined
    throw error
  }
}

// ESRCH: the process ended between open and read.
function isGone(error: unknown): boolean {
  const errno = errnoOf(error)
  return errno === "ENOENT" || errno === "ESRCH"
}
