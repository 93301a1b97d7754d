import { closeSync, mkdirSync, rmSync, writeFileSync, writeSync } from "node:fs"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import type { TerminalSize } from "../../engine.js"
import { EngineError, errnoOf, isEngineError } from "../../errors.js"
import { openPipe } from "../../kernel/pipe.js"
import { toEngineError } from "../../kernel/system-call-error.js"
import { serializeConfig } from "../config/serialize-config.js"
import { execArguments } from "../conmon/conmon-arguments.js"
import { conmonAbove, recordConmon } from "../conmon/conmon-process.js"
import { ConmonStream } from "../conmon/conmon-stream.js"
import { resizeTerminal } from "../conmon/control-fifo.js"
import { type LaunchedConmon, launchConmon } from "../conmon/launch-conmon.js"
import { SyncPipe } from "../conmon/sync-pipe.js"
import { runtimeFailure } from "../runtime-failure.js"
import type { SandboxContext } from "../sandbox-context.js"
import { type ExecProcessOptions, execProcess } from "./exec-process.js"

export interface StartExecOptions extends ExecProcessOptions {
  id: string
  execId: string
  stdin: boolean
}

/** A process that was started in a container, held by a conmon of its own. */
export interface StartedExec {
  pid: number
  stream: ConmonStream
  /** Resolves with what conmon reports at its end; undefined when conmon itself was killed. */
  ended: Promise<number | undefined>
}

/**
 * Runs a further process in a container. conmon waits with it until we have attached, so that no output is missed:
 * ```
 *   daemon ─ start pipe: go on ──▶ conmon ─ attach pipe: socket is there ─▶ daemon ─ connects ─▶
 *          ─ start pipe: attached ▶ conmon ─▶ OCI runtime exec            ─ sync pipe: pid, later exit code ─▶ daemon
 * ```
 * `command_not_found`, `not_found` or `runtime_failed`; nothing is left of a failed one. `deadline_exceeded`: the OCI runtime did not
 * answer within `createDeadlineMs`, and may still begin the command later.
 */
export async function startExec(context: SandboxContext, options: StartExecOptions): Promise<StartedExec> {
  for (const until = performance.now() + BEGINNING_MS; ; await sleep(BEGINNING_PAUSE_MS)) {
    try {
      return await tryExec(context, options)
    } catch (error) {
      if (!isStillBeginning(error) || performance.now() > until) throw error
    }
  }
}

// Between its start and its execve(2) the container's first process is the OCI runtime's own, which no process of the container's
// user namespace may look into: crun's setns(2) by pidfd is refused then (ptrace_may_access in kernel/ptrace.c).
function isStillBeginning(error: unknown): boolean {
  return isEngineError(error, "runtime_failed") && /setns\(.*Operation not permitted/.test(String(error.facts.said))
}

async function tryExec(context: SandboxContext, options: StartExecOptions): Promise<StartedExec> {
  const directory = context.paths.exec(options.id, options.execId)
  const process = execProcess(context.paths.bundle(options.id), options)
  const runtime = await context.runtimes.owning(options.id)
  if (runtime === undefined) {
    throw new EngineError("not_found", { facts: { id: options.id }, publicMessage: "The container is not running." })
  }
  mkdirSync(join(directory, "exit"), { recursive: true, mode: 0o700 })
  try {
    const processSpec = join(directory, "process.json")
    writeFileSync(processSpec, serializeConfig(process), { mode: 0o600 })
    const terminal = options.spec.terminal === true
    const exitDirectory = join(directory, "exit")
    const conmonArguments = execArguments({
      id: options.id,
      runtime,
      directory,
      exitDirectory,
      terminal,
      stdin: options.stdin,
      processSpec,
    })
    return await converse(context, {
      directory,
      conmonArguments,
      runtime: runtime.name,
      command: options.spec.command[0] ?? "",
      terminalSize: terminal ? options.spec.terminalSize : undefined,
    })
  } catch (error) {
    rmSync(directory, { recursive: true, force: true })
    throw toEngineError(error, "runtime_failed", { op: "exec", id: options.id })
  }
}

interface Conversation {
  directory: string
  terminalSize: TerminalSize | undefined
  conmonArguments: string[]
  runtime: string
  command: string
}

async function converse(context: SandboxContext, conversation: Conversation): Promise<StartedExec> {
  const { directory } = conversation
  const start = openPipe()
  const attach = openPipe()
  let conmon: LaunchedConmon
  try {
    writeSync(start.writeEnd, "1")
    conmon = launchConmon({
      conmon: context.conmon(),
      arguments: conversation.conmonArguments,
      workingDirectory: directory,
      temporaryDirectory: context.temporaryDirectory,
      descriptors: { _OCI_ATTACHPIPE: attach.writeEnd, _OCI_STARTPIPE: start.readEnd },
    })
  } catch (error) {
    closeSync(start.writeEnd)
    closeSync(attach.readEnd)
    throw error
  } finally {
    closeSync(start.readEnd)
    closeSync(attach.writeEnd)
  }
  const attached = new SyncPipe(attach.readEnd)
  let stream: ConmonStream | undefined
  try {
    const ready = await attached.next(context.createDeadlineMs)
    if (ready === undefined) throw await failure(conversation, conmon)
    stream = await ConmonStream.connect(directory)
    if (!goOn(start.writeEnd)) throw await failure(conversation, conmon)
    const answer = await conmon.sync.next(context.createDeadlineMs)
    if (answer === undefined || answer.data <= 0) throw await failure(conversation, conmon, answer?.message)
    noteConmon(directory, answer.data)
    // crun 1.8.1 forgets the size of an exec's terminal most of the time.
    if (conversation.terminalSize !== undefined) setFirstSize(directory, conversation.terminalSize)
    return {
      pid: answer.data,
      stream,
      ended: conmon.sync
        .next()
        .then((last) => last?.data)
        .finally(() => conmon.sync.close()),
    }
  } catch (error) {
    stream?.close()
    conmon.sync.close()
    throw error
  } finally {
    closeSync(start.writeEnd)
    attached.close()
    conmon.reap()
  }
}

/** False: conmon, which alone reads it, is gone. */
function goOn(startPipe: number): boolean {
  try {
    writeSync(startPipe, "1")
    return true
  } catch (error) {
    if (errnoOf(error) === "EPIPE") return false
    throw error
  }
}

// A short command may be gone already: nothing is left that has a size, but what it wrote and how it ended are still to be told.
function setFirstSize(directory: string, size: TerminalSize): void {
  try {
    resizeTerminal(directory, size)
  } catch (error) {
    if (!isEngineError(error, "conflict")) throw error
  }
}

// A short command may be gone already; then its conmon is about to be, too.
function noteConmon(directory: string, pid: number): void {
  const conmon = conmonAbove(pid, directory)
  if (conmon !== undefined) recordConmon(directory, conmon)
}

async function failure({ runtime, command }: Conversation, conmon: LaunchedConmon, message?: string): Promise<EngineError> {
  const said = message ?? (await conmon.sync.next(FAREWELL_MS))?.message ?? conmon.sync.complaints
  return runtimeFailure({ op: "exec", runtime, command, said })
}

const FAREWELL_MS = 1000
const BEGINNING_MS = 2000
const BEGINNING_PAUSE_MS = 5
