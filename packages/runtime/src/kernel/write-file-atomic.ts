import { closeSync, openSync, renameSync, rmSync, writeSync } from "node:fs"
import { open, rename, rm } from "node:fs/promises"
import { basename, dirname, join } from "node:path"
import { toEngineError } from "./system-call-error.js"

let serial = 0

/**
 * Replaces the file by `content`, whole or not at all: temporary name in the same directory, fsync, rename, fsync of
 * the directory. Resolving means that it survives a power cut. Rejects with `disk_full` or `internal` and leaves the old file
 * and no temporary one. Temporary names are `.<name>.<pid>.<n>.tmp`: what a crash leaves may be removed at start.
 */
export async function writeFileAtomic(path: string, content: string | Uint8Array, options: { mode?: number } = {}): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}.${serial++}.tmp`)
  try {
    await writeAndSync(temporary, content, options.mode ?? 0o600)
    await rename(temporary, path)
    await syncDirectory(dirname(path))
  } catch (error) {
    await rm(temporary, { force: true })
    throw toEngineError(error, "internal", { op: "write", path })
  }
}

/**
 * As `writeFileAtomic`, but whole or not at all only against the death of this process, not against a power cut: nothing is synced. Takes
 * some 50 µs and is done when it returns. For small files that are synced right behind (`syncFile`), off somebody's path.
 */
export function replaceFile(path: string, content: string, options: { mode?: number } = {}): void {
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}.${serial++}.tmp`)
  try {
    const descriptor = openSync(temporary, "wx", options.mode ?? 0o600)
    try {
      writeWhole(descriptor, Buffer.from(content))
    } finally {
      closeSync(descriptor)
    }
    renameSync(temporary, path)
  } catch (error) {
    rmSync(temporary, { force: true })
    throw toEngineError(error, "internal", { op: "write", path })
  }
}

/** What is in the file now, and its name, survive a power cut. Rejects with ENOENT when it is gone. */
export async function syncFile(path: string): Promise<void> {
  await Promise.all([syncOne(path), syncOne(dirname(path))])
}

function writeWhole(descriptor: number, content: Buffer): void {
  for (let written = 0; written < content.length; ) written += writeSync(descriptor, content, written)
}

/** fsync of a directory: what was created, renamed or removed in it survives a power cut. */
export async function syncDirectory(path: string): Promise<void> {
  await syncOne(path)
}

async function syncOne(path: string): Promise<void> {
  const handle = await open(path, "r")
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

async function writeAndSync(path: string, content: string | Uint8Array, mode: number): Promise<void> {
  const handle = await open(path, "wx", mode)
  try {
    await handle.writeFile(content)
    await handle.sync()
  } finally {
    await handle.close()
  }
}
