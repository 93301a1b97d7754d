import { rmSync } from "node:fs"
import { listExitFiles, type RecordedExit, readExitFile, watchExitFiles } from "./conmon/exit-files.js"
import { execExit, listExecs, removeExec, untilExecExit } from "./exec/exec-exits.js"
import type { SandboxPaths } from "./sandbox-paths.js"

export type ExitListener = (id: string, exit: RecordedExit) => void

/** Exits of containers and of execs, as conmon records them. */
export class SandboxExits {
  readonly #paths: SandboxPaths
  readonly #listeners = new Set<ExitListener>()
  /** Execs that this process started: their conmon tells them directly. */
  readonly #own = new Set<string>()

  constructor(paths: SandboxPaths) {
    this.#paths = paths
  }

  of(id: string): RecordedExit | undefined {
    const exit = readExitFile(this.#paths.exit(id)) ?? this.#execExit(id)
    return exit === undefined ? undefined : rounded(exit)
  }

  /** Ids of containers with a recorded exit, or one that was being written. */
  ids(): string[] {
    return listExitFiles(this.#paths.exits)
  }

  forget(id: string): void {
    rmSync(this.#paths.exit(id), { force: true })
    for (const exec of listExecs(this.#paths)) if (exec.execId === id) removeExec(this.#paths, exec.id, id)
  }

  /** Containers by their exit files; execs that an earlier daemon started too. */
  subscribe(listener: ExitListener): () => void {
    const report = (id: string, exit: RecordedExit): void => listener(id, rounded(exit))
    const stops = [watchExitFiles(this.#paths.exits, report)]
    for (const { id, execId } of listExecs(this.#paths)) {
      if (this.#own.has(execId) || execExit(this.#paths, id, execId) !== undefined) continue
      const waiting = untilExecExit(this.#paths, id, execId)
      stops.push(waiting.stop)
      void waiting.exited.then((exit) => report(execId, exit))
    }
    this.#listeners.add(listener)
    return () => {
      this.#listeners.delete(listener)
      for (const stop of stops) stop()
    }
  }

  execStarted(execId: string): void {
    this.#own.add(execId)
  }

  execEnded(execId: string, exitCode: number): void {
    this.#own.delete(execId)
    for (const listener of this.#listeners) listener(execId, { exitCode, finishedAt: Date.now() })
  }

  #execExit(execId: string): RecordedExit | undefined {
    const exec = listExecs(this.#paths).find((candidate) => candidate.execId === execId)
    return exec === undefined ? undefined : execExit(this.#paths, exec.id, execId)
  }
}

function rounded({ exitCode, finishedAt }: RecordedExit): RecordedExit {
  return { exitCode, finishedAt: Math.round(finishedAt) }
}
