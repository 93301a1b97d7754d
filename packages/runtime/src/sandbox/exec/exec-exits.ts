import { rmSync } from "node:fs"
import { join } from "node:path"
import { isSameProcessAlive } from "../../kernel/process-stat.js"
import { conmonOf } from "../conmon/conmon-process.js"
import { type RecordedExit, readExitFile, watchExitFiles } from "../conmon/exit-files.js"
import { directoriesIn, type SandboxPaths } from "../sandbox-paths.js"

/** The exit that the exec's conmon recorded, or undefined while it runs. It is named by the container. */
export function execExit(paths: SandboxPaths, id: string, execId: string): RecordedExit | undefined {
  return readExitFile(join(paths.exec(id, execId), "exit", id))
}

/** Resolves when the exec's exit is recorded. `stop` gives up. */
export function untilExecExit(paths: SandboxPaths, id: string, execId: string): { exited: Promise<RecordedExit>; stop(): void } {
  let stop = (): void => undefined
  const exited = new Promise<RecordedExit>((resolve) => {
    stop = watchExitFiles(join(paths.exec(id, execId), "exit"), (_, exit) => resolve(exit))
    // It may have been written before the watch was set.
    const recorded = execExit(paths, id, execId)
    if (recorded !== undefined) resolve(recorded)
  })
  return { exited: exited.finally(() => stop()), stop: () => stop() }
}

/** True while a conmon holds the exec's process: neither is its exit recorded, nor was conmon killed. */
export function isExecAlive(paths: SandboxPaths, id: string, execId: string): boolean {
  if (execExit(paths, id, execId) !== undefined) return false
  const conmon = conmonOf(paths.exec(id, execId))
  return conmon !== undefined && isSameProcessAlive(conmon.pid, conmon.startTicks)
}

/** Removes what is left of an ended exec. */
export function removeExec(paths: SandboxPaths, id: string, execId: string): void {
  rmSync(paths.exec(id, execId), { recursive: true, force: true })
}

/** All execs with state on disk, by container. */
export function listExecs(paths: SandboxPaths): { id: string; execId: string }[] {
  return directoriesIn(paths.bundles).flatMap((id) => directoriesIn(paths.execs(id)).map((execId) => ({ id, execId })))
}
