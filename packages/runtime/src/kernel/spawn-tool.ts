import { existsSync } from "node:fs"
import { basename, isAbsolute } from "node:path"
import type { Readable } from "node:stream"
import { EngineError, type EngineErrorCode, errnoOf } from "../errors.js"
import { BoundedOutput } from "./bounded-output.js"
import { findTool, toolPath } from "./find-tool.js"
import { toEngineError } from "./system-call-error.js"
import { installCommand } from "./tool-packages.js"
import { startToolProcess, type ToolProcess } from "./tool-process.js"

export interface SpawnToolOptions {
  /** Kills the tool; rejects with `aborted`. */
  signal?: AbortSignal
  /** Kills the tool after so long; rejects with `deadline_exceeded`. Default 60,000; 0: no bound. */
  timeoutMs?: number
  /** Standard input. Absent: /dev/null. */
  input?: string | Uint8Array | Readable
  /** Bytes kept of each of stdout and stderr; what is over is read and dropped. Default 1 MiB. */
  maximumOutputBytes?: number
  /** The tool's whole environment beside PATH and LC_ALL=C. */
  environment?: Readonly<Record<string, string>>
  /** Default `/`. */
  workingDirectory?: string
  /** Exit codes that are a result and no failure. Default `[0]`; `any`: all. */
  acceptExitCodes?: readonly number[] | "any"
  /** Code of the error raised for any other exit. Default `internal`. */
  errorCode?: EngineErrorCode
}

export interface ToolResult {
  /** 128 + n when a signal ended it. */
  exitCode: number
  stdout: string
  stdoutBytes: Buffer
  stderr: string
  /** One of the outputs was longer than `maximumOutputBytes`. */
  truncated: boolean
}

export type SpawnTool = (tool: string, args: readonly string[], options?: SpawnToolOptions) => Promise<ToolResult>

/**
 * Runs a host tool to its end. `tool` is a name, looked up in `toolPath`, or an absolute path; arguments are passed as
 * they are, never through a shell. It runs in a process group of its own, so that a Ctrl-C for the daemon does not hit it and an abort kills all of it:
 * TERM, then KILL after a second. Settles only after it is gone and nobody holds its outputs any more; so a tool that leaves a daemon behind needs `posixSpawn`.
 *
 * Rejects with `tool_missing`, `aborted`, `deadline_exceeded`, or `errorCode` with the end of stderr among the facts.
 */
export const spawnTool: SpawnTool = async (tool, args, options = {}) => {
  if (options.signal?.aborted === true) throw new EngineError("aborted", { facts: { tool }, cause: options.signal.reason })
  const child = start(tool, args, options)
  const limit = options.maximumOutputBytes ?? 1 << 20
  const stdout = new BoundedOutput(child.stdout, limit)
  const stderr = new BoundedOutput(child.stderr, limit)
  feed(child, options.input)
  const killer = armKiller(child, options)
  try {
    const exitCode = await child.exited
    if (killer.reason !== undefined) throw killer.error(tool)
    const result = {
      exitCode,
      stdout: stdout.text(),
      stdoutBytes: stdout.bytes(),
      stderr: stderr.text(),
      truncated: stdout.truncated || stderr.truncated,
    }
    const accepted = options.acceptExitCodes ?? [0]
    if (accepted !== "any" && !accepted.includes(exitCode)) throw toolFailed(tool, args, result, options.errorCode ?? "internal")
    return result
  } finally {
    killer.disarm()
  }
}

const killGraceMs = 1000

function start(tool: string, args: readonly string[], options: SpawnToolOptions): ToolProcess {
  const path = isAbsolute(tool) ? tool : findTool(tool)
  const workingDirectory = options.workingDirectory ?? "/"
  if (path === undefined) throw missingTool(tool)
  try {
    const environment = { PATH: toolPath, LC_ALL: "C", ...options.environment }
    return startToolProcess({ path, arguments: args, environment, workingDirectory, openInput: options.input !== undefined })
  } catch (error) {
    if (errnoOf(error) === "ENOENT" && existsSync(workingDirectory)) throw missingTool(tool, error)
    throw toEngineError(error, "internal", { op: "start", tool, workingDirectory })
  }
}

// A tool may end without reading its input: EPIPE then says nothing that its exit code does not.
function feed(tool: ToolProcess, input: SpawnToolOptions["input"]): void {
  if (tool.stdin === undefined || input === undefined) return
  const stdin = tool.stdin
  stdin.on("error", (error) => {
    if (errnoOf(error) !== "EPIPE") tool.killGroup("SIGKILL")
  })
  if (typeof input === "string" || input instanceof Uint8Array) {
    stdin.end(input)
    return
  }
  input.on("error", () => tool.killGroup("SIGKILL"))
  input.pipe(stdin)
}

interface Killer {
  reason: "aborted" | "deadline_exceeded" | undefined
  error(tool: string): EngineError
  disarm(): void
}

function armKiller(child: ToolProcess, options: SpawnToolOptions): Killer {
  const timeoutMs = options.timeoutMs ?? 60_000
  let hardKill: NodeJS.Timeout | undefined
  const strike = (reason: NonNullable<Killer["reason"]>): void => {
    if (killer.reason !== undefined) return
    killer.reason = reason
    child.killGroup("SIGTERM")
    hardKill = setTimeout(() => child.killGroup("SIGKILL"), killGraceMs)
  }
  const onAbort = (): void => strike("aborted")
  const timer = timeoutMs === 0 ? undefined : setTimeout(() => strike("deadline_exceeded"), timeoutMs)
  options.signal?.addEventListener("abort", onAbort, { once: true })
  const killer: Killer = {
    reason: undefined,
    error: (tool) =>
      new EngineError(killer.reason ?? "internal", {
        facts: { tool, timeoutMs },
        ...(killer.reason === "aborted"
          ? {}
          : { publicMessage: `${basename(tool)} did not finish within ${timeoutMs} ms and was stopped.` }),
      }),
    disarm: () => {
      clearTimeout(timer)
      clearTimeout(hardKill)
      options.signal?.removeEventListener("abort", onAbort)
    },
  }
  return killer
}

function missingTool(tool: string, cause?: unknown): EngineError {
  const name = basename(tool)
  return new EngineError("tool_missing", {
    facts: { tool, install: installCommand(name) },
    cause,
    publicMessage: `The host tool ${name} is not installed. Install it with: ${installCommand(name)}`,
  })
}

function toolFailed(tool: string, args: readonly string[], result: ToolResult, code: EngineErrorCode): EngineError {
  const said = result.stderr.trim().slice(-2000)
  return new EngineError(code, {
    facts: { tool, args: [...args], exitCode: result.exitCode, stderr: said },
    publicMessage: `${basename(tool)} failed with exit code ${result.exitCode}${said === "" ? "." : `: ${said.slice(-300)}`}`,
  })
}
