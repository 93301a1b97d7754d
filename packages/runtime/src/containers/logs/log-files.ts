import { type FileHandle, open, readdir, stat } from "node:fs/promises"
import { join } from "node:path"
import { errnoOf } from "../../errors.js"

/** Name of the file that conmon writes; rotation makes `current.1` (the youngest), `current.2`, … */
export const currentLog = "current"

/** Files of a container's log that a reader holds open, the oldest first. Rotation and removal do not disturb it. */
export interface OpenLogFile {
  handle: FileHandle
  inode: bigint
}

/**
 * Opens all files of the log. From the youngest to the oldest, since rotation moves them that way: a file may then be
 * met twice (and is told by its inode) but never be missed.
 */
export async function openLogFiles(directory: string): Promise<OpenLogFile[]> {
  const files: OpenLogFile[] = []
  const oldest = await oldestAge(directory)
  try {
    for (let age = 0; ; age++) {
      const file = await openLogFile(directory, age)
      if (file === undefined && age > oldest) return files
      if (file === undefined) continue
      if (files.some((other) => other.inode === file.inode)) await file.handle.close()
      else files.unshift(file)
    }
  } catch (error) {
    await closeLogFiles(files)
    throw error
  }
}

/**
 * The file that follows `inode` in the log, opened; undefined when there is none yet. When the file itself is gone
 * (a reader slower than `maxFiles` rotations), the oldest that is left.
 */
export async function openNextLogFile(directory: string, inode: bigint): Promise<OpenLogFile | undefined> {
  if ((await inodeOf(join(directory, currentLog))) === inode) return undefined
  const files = await openLogFiles(directory)
  const at = files.findIndex((file) => file.inode === inode)
  const next = files[at + 1]
  await closeLogFiles(files.filter((file) => file !== next))
  return next
}

export async function closeLogFiles(files: readonly OpenLogFile[]): Promise<void> {
  for (const file of files) await file.handle.close()
}

/** `current` for age 0, else `current.<age>`. */
export function logFileName(age: number): string {
  return age === 0 ? currentLog : `${currentLog}.${age}`
}

// A rotation that was cut off leaves a gap in the numbers.
async function oldestAge(directory: string): Promise<number> {
  try {
    return Math.max(0, ...(await readdir(directory)).map((name) => Number(/^current\.(\d+)$/.exec(name)?.[1] ?? 0)))
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return 0
    throw error
  }
}

async function openLogFile(directory: string, age: number): Promise<OpenLogFile | undefined> {
  try {
    const handle = await open(join(directory, logFileName(age)), "r")
    return { handle, inode: (await handle.stat({ bigint: true })).ino }
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return undefined
    throw error
  }
}

async function inodeOf(path: string): Promise<bigint | undefined> {
  try {
    return (await stat(path, { bigint: true })).ino
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return undefined
    throw error
  }
}
