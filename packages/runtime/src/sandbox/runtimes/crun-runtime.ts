import { closeSync, constants, openSync, readFileSync, rmSync, unlinkSync, writeSync } from "node:fs"
import { join } from "node:path"
import { EngineError, errnoOf } from "../../errors.js"
import { isSameProcessAlive } from "../../kernel/process-stat.js"
import type { SpawnTool } from "../../kernel/spawn-tool.js"
import { commandLineRuntime, type RuntimeFacts } from "./command-line-runtime.js"
import type { OciRuntime } from "./oci-runtime.js"

/**
 * crun with two short cuts that save a process each (together 6 of 15 ms of a short run). Both are what its own commands
 * do to its state directory, since version 0.2 and still in 1.29: `start` writes a byte into `exec.fifo` and unlinks it; `delete`
 * of a dead container removes the directory (its cgroup is the engine's own to remove). Anything else goes to the command.
 */
export function crunRuntime(facts: RuntimeFacts, spawn: SpawnTool): OciRuntime {
  const commands = commandLineRuntime(facts, spawn)
  return {
    ...commands,
    start: async (id) => releaseProcess(join(facts.stateDirectory, id, "exec.fifo"), id),
    delete: async (id) => {
      const directory = join(facts.stateDirectory, id)
      const status = readStatus(directory)
      if (status !== undefined && isSameProcessAlive(status.pid, status.startTicks)) await commands.delete(id)
      else rmSync(directory, { recursive: true, force: true })
    },
  }
}

function releaseProcess(fifo: string, id: string): void {
  try {
    const fd = openSync(fifo, constants.O_WRONLY | constants.O_NONBLOCK)
    try {
      unlinkSync(fifo)
      writeSync(fd, Buffer.alloc(1))
    } finally {
      closeSync(fd)
    }
  } catch (error) {
    const errno = errnoOf(error)
    // ENOENT: started or deleted before. ENXIO, EPIPE: the process that waited at the other end is dead.
    if (errno !== "ENOENT" && errno !== "ENXIO" && errno !== "EPIPE") throw error
    throw new EngineError("conflict", {
      facts: { id, errno },
      cause: error,
      publicMessage:
        errno === "ENOENT" ? "The sandbox does not wait for its start." : "The process of the container ended before it could be started.",
    })
  }
}

// Undefined when create was cut short: no process was recorded.
function readStatus(directory: string): { pid: number; startTicks: number } | undefined {
  try {
    const status: unknown = JSON.parse(readFileSync(join(directory, "status"), "utf8"))
    if (typeof status !== "object" || status === null) return undefined
    const pid = "pid" in status ? status.pid : undefined
    const startTicks = "process-start-time" in status ? status["process-start-time"] : undefined
    return typeof pid === "number" && typeof startTicks === "number" ? { pid, startTicks } : undefined
  } catch (error) {
    if (errnoOf(error) === "ENOENT" || error instanceof SyntaxError) return undefined
    throw error
  }
}
