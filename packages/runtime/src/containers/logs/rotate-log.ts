import { existsSync } from "node:fs"
import { rename, rm, stat } from "node:fs/promises"
import { join } from "node:path"
import { errnoOf } from "../../errors.js"
import { logFileName } from "./log-files.js"

/**
 * Moves every file of the log one place back and drops the oldest, so that `maxFiles` remain with the new one and those before it take no more than
 * `maxFiles` times `maxBytes`, but for the youngest; then `reopen` makes the writer begin a fresh file. Until it has, the writer goes on in the renamed
 * file: no line is lost. Done again after a crash in between, it goes on where it stopped.
 */
export async function rotateLog(options: {
  directory: string
  maxBytes: number
  maxFiles: number
  reopen: () => Promise<void>
}): Promise<void> {
  const { directory, maxBytes, maxFiles, reopen } = options
  const path = (age: number): string => join(directory, logFileName(age))
  // Renamed already: the writer only has not been told.
  if (!existsSync(path(0))) return reopen()
  for (let age = Math.max(1, maxFiles - 1); (await removed(path(age))) && age < mostFiles; age++);
  for (let age = maxFiles - 2; age >= 0; age--) await renameIfPresent(path(age), path(age + 1))
  if (maxFiles <= 1) await renameIfPresent(path(0), path(1))
  // Who writes faster than is looked makes files that are larger than they should be.
  for (let age = 1, sum = 0; age < maxFiles; age++) {
    sum += await sizeOf(path(age))
    if (age > 1 && sum > maxBytes * maxFiles) await removed(path(age))
  }
  await reopen()
  if (maxFiles <= 1) await rm(path(1), { force: true })
}

/** Bound of the search for files that an earlier, larger `maxFiles` left. */
const mostFiles = 1000

async function removed(path: string): Promise<boolean> {
  try {
    await rm(path)
    return true
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return false
    throw error
  }
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return 0
    throw error
  }
}

async function renameIfPresent(from: string, to: string): Promise<void> {
  try {
    await rename(from, to)
  } catch (error) {
    if (errnoOf(error) !== "ENOENT") throw error
  }
}
