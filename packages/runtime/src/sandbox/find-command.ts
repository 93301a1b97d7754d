import { closeSync, constants, fstatSync, openSync } from "node:fs"
import { posix } from "node:path"
import { EngineError, errnoOf } from "../errors.js"
import { O_DIRECTORY, O_PATH, openInRoot } from "../kernel/open-in-root.js"
import { isSameProcessAlive, type ProcessIdentity } from "../kernel/process-stat.js"

export interface CommandLookup {
  /** One that sees the container's files, mounts included. */
  process: ProcessIdentity
  command: string
  environment: readonly string[]
  workingDirectory: string
}

/**
 * Throws `command_not_found` (facts: exitCode 127 not there, 126 not executable) unless the container has the program. Looks as execvp(3) does,
 * but through the container's root, which no link leads out of. An init would only say so after the start, in the log. `runtime_failed` when the process is gone.
 */
export function requireCommand(lookup: CommandLookup): void {
  const root = openRootOf(lookup.process)
  try {
    const found = candidates(lookup).map((path) => examine(root, path))
    if (!found.includes("executable")) throw commandNotFound(lookup.command, found.includes("present") ? 126 : 127)
  } finally {
    closeSync(root)
  }
}

/** The error for a command that is not there (127) or cannot be run (126). */
export function commandNotFound(command: string, exitCode: 126 | 127, cause?: unknown): EngineError {
  return new EngineError("command_not_found", {
    facts: { command, exitCode },
    cause,
    publicMessage:
      exitCode === 127
        ? `The container has no program "${command}". Check its spelling and the image's PATH.`
        : `"${command}" in the container cannot be run: it is no file, or it is not executable.`,
  })
}

/** The error for a container whose process was killed between its making and its start. */
export function endedBeforeStart(pid: number): EngineError {
  return new EngineError("runtime_failed", {
    facts: { op: "create", pid },
    publicMessage:
      "The process of the container ended before it was started. Look for who killed it (the kernel's log tells of the OOM killer), then try again.",
  })
}

// That it is the very process is looked at after the opening: its pid cannot have come to mean another one before.
function openRootOf({ pid, startTicks }: ProcessIdentity): number {
  const root = openIfThere(`/proc/${pid}/root`)
  if (root === undefined) throw endedBeforeStart(pid)
  if (isSameProcessAlive(pid, startTicks)) return root
  closeSync(root)
  throw endedBeforeStart(pid)
}

function openIfThere(path: string): number | undefined {
  try {
    return openSync(path, O_PATH | O_DIRECTORY)
  } catch (error) {
    if (errnoOf(error) === "ENOENT" || errnoOf(error) === "ESRCH") return undefined
    throw error
  }
}

function candidates({ command, environment, workingDirectory }: CommandLookup): string[] {
  if (command.includes("/")) return [posix.resolve(workingDirectory, command)]
  const path = environment.findLast((variable) => variable.startsWith("PATH="))?.slice("PATH=".length) ?? DEFAULT_PATH
  return path.split(":").map((directory) => posix.resolve(workingDirectory, directory, command))
}

function examine(root: number, path: string): "executable" | "present" | "absent" {
  try {
    const fd = openInRoot({ rootFd: root, path, flags: O_PATH })
    try {
      const status = fstatSync(fd)
      return status.isFile() && (status.mode & ANY_EXECUTE) !== 0 ? "executable" : "present"
    } finally {
      closeSync(fd)
    }
  } catch (error) {
    const errno = errnoOf(error)
    if (errno === "ENOENT" || errno === "ENOTDIR" || errno === "ELOOP" || errno === "ENAMETOOLONG") return "absent"
    throw error
  }
}

const ANY_EXECUTE = constants.S_IXUSR | constants.S_IXGRP | constants.S_IXOTH
const DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
