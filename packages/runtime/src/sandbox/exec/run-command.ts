import { randomBytes } from "node:crypto"
import { readdirSync } from "node:fs"
import { type ProcessIdentity, readProcessStat, signalProcess } from "../../kernel/process-stat.js"
import { identify } from "../conmon/conmon-process.js"
import type { SandboxContext } from "../sandbox-context.js"
import { execExit, removeExec } from "./exec-exits.js"
import { UNKNOWN_EXIT_CODE } from "./exec-session.js"
import { type StartExecOptions, startExec } from "./start-exec.js"

export interface RunCommandOptions extends Omit<StartExecOptions, "execId" | "stdin"> {
  timeoutMs: number
  maximumOutputBytes: number
}

/** See `SandboxDriver.run`. stdout and stderr come in one text, in order of arrival. */
export async function runCommand(
  context: SandboxContext,
  options: RunCommandOptions,
): Promise<{ exitCode: number; output: string; timedOut: boolean }> {
  const execId = `run-${randomBytes(16).toString("hex")}`
  const started = await startExec(context, { ...options, execId, stdin: false })
  const identity = identify(started.pid)
  let timedOut = false
  const timer = setTimeout(() => {
    timedOut = true
    if (identity !== undefined) killGroup(identity)
  }, options.timeoutMs)
  try {
    const chunks: Buffer[] = []
    let left = options.maximumOutputBytes
    // Read to the end, so that the command never blocks; only what is kept costs memory.
    const take = (chunk: Buffer): void => {
      if (left > 0) chunks.push(chunk.subarray(0, left))
      left = Math.max(0, left - chunk.length)
    }
    started.stream.stdout.on("data", take)
    started.stream.stderr.on("data", take)
    const [reported] = await Promise.all([started.ended, started.stream.closed])
    const exitCode = reported ?? execExit(context.paths, options.id, execId)?.exitCode ?? UNKNOWN_EXIT_CODE
    return { exitCode, output: Buffer.concat(chunks).toString("utf8"), timedOut }
  } finally {
    clearTimeout(timer)
    started.stream.close()
    removeExec(context.paths, options.id, execId)
  }
}

// The process and all that it started and that did not leave its group. With crun that is the group of the exec's conmon, which
// is its parent and must live to tell of the end.
function killGroup({ pid, startTicks }: ProcessIdentity): void {
  const stat = readProcessStat(pid)
  if (stat?.startTicks !== startTicks) return
  for (const name of readdirSync("/proc")) {
    const other = /^\d+$/.test(name) ? readProcessStat(Number(name)) : undefined
    if (other?.processGroup === stat.processGroup && other.pid !== stat.parentPid) signalProcess(other.pid, other.startTicks, "SIGKILL")
  }
}
