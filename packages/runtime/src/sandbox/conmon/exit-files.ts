import { type FSWatcher, mkdirSync, readdirSync, readFileSync, rmSync, statSync, watch } from "node:fs"
import { basename, dirname, join } from "node:path"
import { errnoOf } from "../../errors.js"

export interface RecordedExit {
  /** 0–255; 128 + n when killed by signal n. */
  exitCode: number
  /** Epoch milliseconds, with a fraction. */
  finishedAt: number
}

/** The exit that conmon recorded in this file, or undefined when there is none yet. */
export function readExitFile(path: string): RecordedExit | undefined {
  try {
    const exitCode = Number.parseInt(readFileSync(path, "utf8"), 10)
    if (Number.isNaN(exitCode)) return undefined
    return { exitCode, finishedAt: statSync(path).mtimeMs }
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return undefined
    throw error
  }
}

/** Names of the exit files in the directory, and of those that a conmon began to write. */
export function listExitFiles(directory: string): string[] {
  return [...new Set(readdirSync(directory).map((name) => name.replace(temporaryName, "")))]
}

/** Removes what conmons that were killed while they wrote this exit left: none may live. */
export function removeUnfinishedExits(path: string): void {
  const directory = dirname(path)
  for (const name of readdirSync(directory))
    if (temporaryName.test(name) && name.replace(temporaryName, "") === basename(path)) rmSync(join(directory, name), { force: true })
}

/**
 * Calls back with name and content of each exit file that appears in the directory from now on (made when absent). conmon writes a
 * temporary name first and renames it. Returns what stops it.
 */
export function watchExitFiles(directory: string, listener: (name: string, exit: RecordedExit) => void): () => void {
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  // A restart may replace a file before its removal was seen, so that the name alone does not tell an exit.
  const seen = new Map<string, number>()
  const report = (name: string): void => {
    if (temporaryName.test(name)) return
    const exit = readExitFile(join(directory, name))
    if (exit === undefined) seen.delete(name)
    else if (seen.get(name) !== exit.finishedAt) {
      seen.set(name, exit.finishedAt)
      listener(name, exit)
    }
  }
  // Without a name the kernel's queue ran over: look at all of them.
  const watcher: FSWatcher = watch(directory, (_event, name) => {
    for (const candidate of name === null ? readdirSync(directory) : [name]) report(candidate)
  })
  return () => watcher.close()
}

// As g_file_set_contents of GLib makes it.
const temporaryName = /\.[A-Za-z0-9]{6}$/
