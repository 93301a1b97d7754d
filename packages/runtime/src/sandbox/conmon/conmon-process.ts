import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { EngineError, errnoOf } from "../../errors.js"
import {
  isSameProcessAlive,
  type ProcessIdentity,
  readProcessArguments,
  readProcessStat,
  signalProcess,
} from "../../kernel/process-stat.js"

/** Identity of a running process, or undefined when there is none. */
export function identify(pid: number): ProcessIdentity | undefined {
  const stat = readProcessStat(pid)
  return stat === undefined ? undefined : { pid, startTicks: stat.startTicks }
}

/**
 * The process's parent, if that is the conmon of this directory. Undefined when the process is gone, or when its conmon was killed: its parent is then
 * whoever adopts orphans, which must never be taken for a conmon and ended like one.
 */
export function conmonAbove(pid: number, directory: string): ProcessIdentity | undefined {
  const parent = readProcessStat(pid)?.parentPid
  return parent !== undefined && worksOn(readProcessArguments(parent) ?? [], directory) ? identify(parent) : undefined
}

/** Notes in the sandbox's directory which conmon is its own. No fsync: conmon does not survive what the file does not. */
export function recordConmon(directory: string, conmon: ProcessIdentity): void {
  writeFileSync(join(directory, "conmon"), `${conmon.pid} ${conmon.startTicks}`, { mode: 0o600 })
}

/** A conmon, and whether the daemon had noted it: one that it had not is still making its process. */
export interface FoundConmon extends ProcessIdentity {
  recorded: boolean
}

/** The conmon of the directory, by its note or, when there is none, by looking at all processes. */
export function conmonOf(directory: string): FoundConmon | undefined {
  const recorded = readRecord(directory)
  const found = recorded ?? searchConmon(directory)
  return found === undefined ? undefined : { ...found, recorded: recorded !== undefined }
}

/** Resolves when it is gone: by itself within the grace, else killed. */
export async function outliveConmon(conmon: ProcessIdentity, graceMs: number): Promise<void> {
  const alive = (): boolean => isSameProcessAlive(conmon.pid, conmon.startTicks)
  for (let waited = 0, pause = 1; waited < graceMs && alive(); waited += pause, pause = Math.min(pause * 2, 50)) await sleep(pause)
  if (!alive()) return
  signalProcess(conmon.pid, conmon.startTicks, "SIGKILL")
  while (alive()) await sleep(5)
}

/**
 * Ends a conmon that is still making its process, and all that it has started. It is stopped first, so that nothing comes after the look for it; being
 * a subreaper (prctl(2)), it gets what its children leave. A process in the middle of its execve(2) has no arguments to be known by, but has a parent.
 */
export async function killMaking(conmon: ProcessIdentity): Promise<void> {
  const until = performance.now() + HALF_MADE_MS
  signalProcess(conmon.pid, conmon.startTicks, "SIGSTOP")
  while (isSameProcessAlive(conmon.pid, conmon.startTicks) && readProcessStat(conmon.pid)?.state !== "T" && performance.now() < until)
    await sleep(1)
  for (let left = childrenOf(conmon.pid); left.length > 0; left = childrenOf(conmon.pid)) {
    if (performance.now() > until) throw notDying(`conmon ${conmon.pid}`, left)
    for (const { pid, startTicks } of left) signalProcess(pid, startTicks, "SIGKILL")
    await sleep(2)
  }
  await outliveConmon(conmon, 0)
}

function childrenOf(parent: number): ProcessIdentity[] {
  return readdirSync("/proc").flatMap((name) => {
    const stat = /^\d+$/.test(name) ? readProcessStat(Number(name)) : undefined
    if (stat === undefined || stat.parentPid !== parent || stat.state === "Z" || stat.state === "X") return []
    return [{ pid: Number(name), startTicks: stat.startTicks }]
  })
}

function readRecord(directory: string): ProcessIdentity | undefined {
  try {
    const [pid, startTicks] = readFileSync(join(directory, "conmon"), "utf8").split(" ").map(Number)
    return pid === undefined || startTicks === undefined ? undefined : { pid, startTicks }
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return undefined
    throw error
  }
}

/**
 * Kills what an OCI runtime left half made: the container's first process keeps the runtime's own arguments until it is started, and outlives
 * a runtime that was killed between cloning it and noting it.
 */
export async function killHalfMade(bundle: string): Promise<void> {
  const until = performance.now() + HALF_MADE_MS
  for (let left = processesOn(bundle), pause = 2; left.length > 0; left = processesOn(bundle), pause = Math.min(pause * 2, 50)) {
    // Anybody may give a process these arguments, and one that waits in the kernel dies late.
    if (performance.now() > until) throw notDying(bundle, left)
    for (const { pid, startTicks } of left) signalProcess(pid, startTicks, "SIGKILL")
    await sleep(pause)
  }
}

function notDying(bundle: string, left: readonly ProcessIdentity[]): EngineError {
  return new EngineError("deadline_exceeded", {
    facts: { bundle, pids: left.slice(0, 20).map(({ pid }) => String(pid)) },
    publicMessage: `${left.length} processes of a container that was half made did not die within ${HALF_MADE_MS} ms. Look at what they wait for, then try again.`,
  })
}

function searchConmon(directory: string): ProcessIdentity | undefined {
  // Anybody may name a process so; only ours runs as who we are. Users of containers are others.
  return processesOn(directory).find(({ pid, program }) => program.endsWith("conmon") && runsAsUs(pid))
}

function runsAsUs(pid: number): boolean {
  return statSync(`/proc/${pid}`, { throwIfNoEntry: false })?.uid === process.getuid?.()
}

/** Processes that were started with `--bundle DIRECTORY`. */
function processesOn(directory: string): (ProcessIdentity & { program: string })[] {
  return readdirSync("/proc").flatMap((name) => {
    if (!/^\d+$/.test(name)) return []
    const words = readProcessArguments(Number(name)) ?? []
    if (!worksOn(words, directory)) return []
    const found = identify(Number(name))
    return found === undefined ? [] : [{ ...found, program: words[0] ?? "" }]
  })
}

function worksOn(words: readonly string[], directory: string): boolean {
  const bundle = words.indexOf("--bundle")
  return bundle >= 0 && words[bundle + 1] === directory
}

const HALF_MADE_MS = 5000
