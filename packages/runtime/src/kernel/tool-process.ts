import { closeSync } from "node:fs"
import { Socket } from "node:net"
import { errnoOf } from "../errors.js"
import { openPipe } from "./pipe.js"
import { collectChild, posixSpawn } from "./posix-spawn.js"

export interface ToolProcessOptions {
  /** Absolute path of the program. */
  path: string
  arguments: readonly string[]
  environment: Readonly<Record<string, string>>
  workingDirectory: string
  /** Open a standard input; else it is /dev/null. */
  openInput: boolean
}

/** A running tool in a session, and so in a process group, of its own. Both outputs must be read. */
export interface ToolProcess {
  pid: number
  stdin: Socket | undefined
  stdout: Socket
  stderr: Socket
  /** Resolves once the tool is gone and its outputs have ended. 128 + n when signal n ended it. */
  exited: Promise<number>
  /** Signal to the whole group; no effect once it is gone. */
  killGroup(signal: NodeJS.Signals): void
}

/** Starts the tool. Throws the system error when it cannot (ENOENT, EACCES, EMFILE, …). */
export function startToolProcess(options: ToolProcessOptions): ToolProcess {
  const stdout = openPipe()
  const stderr = openPipe()
  const stdin = options.openInput ? openPipe() : undefined
  const theirs = [stdout.writeEnd, stderr.writeEnd, ...(stdin === undefined ? [] : [stdin.readEnd])]
  const ours = [stdout.readEnd, stderr.readEnd, ...(stdin === undefined ? [] : [stdin.writeEnd])]
  let pid: number
  try {
    pid = posixSpawn({ ...options, descriptors: [stdin?.readEnd ?? null, stdout.writeEnd, stderr.writeEnd] })
  } catch (error) {
    for (const descriptor of ours) closeSync(descriptor)
    throw error
  } finally {
    for (const descriptor of theirs) closeSync(descriptor)
  }
  const [out, error] = [new Socket({ fd: stdout.readEnd, writable: false }), new Socket({ fd: stderr.readEnd, writable: false })]
  let gone = false
  const exited = Promise.all([ended(out), ended(error)])
    .then(() => collected(pid))
    .finally(() => {
      gone = true
    })
  return {
    pid,
    stdin: stdin === undefined ? undefined : new Socket({ fd: stdin.writeEnd, readable: false, allowHalfOpen: true }),
    stdout: out,
    stderr: error,
    exited,
    killGroup: (signal) => {
      // Until it is collected its pid, and so its group, can be nobody else's.
      if (!gone) signalGroup(pid, signal)
    },
  }
}

function ended(stream: Socket): Promise<void> {
  return new Promise((resolve, reject) => stream.once("close", () => resolve()).once("error", reject))
}

// The kernel closes a process's files a moment before the process can be collected.
function collected(pid: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const ask = (pauseMs: number): void => {
      try {
        const exitCode = collectChild(pid)
        if (exitCode !== undefined) resolve(exitCode)
        else if (pauseMs === 0) setImmediate(ask, 0.25)
        else setTimeout(ask, pauseMs, Math.min(pauseMs * 2, 50))
      } catch (error) {
        reject(error)
      }
    }
    ask(0)
  })
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal)
  } catch (error) {
    if (errnoOf(error) !== "ESRCH") throw error
  }
}
