import { constants } from "node:fs"
import { chmod, copyFile, lchown, link, lstat, mkdir, readdir, readlink, symlink } from "node:fs/promises"
import { join } from "node:path"
import { getAttribute, listAttributes, setAttribute, setTimes } from "../../kernel/file-calls.js"

/**
 * Copies what is in `source` into the existing, empty directory `target`: files, directories, links and hard links with
 * owner, mode, times and extended attributes, and the directory's own. Devices, sockets and pipes are left out: a volume
 * must not hand out a device node. No link is followed. `source` must not change meanwhile.
 */
export async function copyTree(source: string, target: string): Promise<void> {
  await copyDirectory(source, target, new Map())
}

async function copyDirectory(source: string, target: string, hardLinks: Map<string, string>): Promise<void> {
  for (const entry of await readdir(source)) await copyEntry(join(source, entry), join(target, entry), hardLinks)
  await copyMetadata(source, target)
}

async function copyEntry(source: string, target: string, hardLinks: Map<string, string>): Promise<void> {
  const stats = await lstat(source)
  if (stats.isDirectory()) {
    await mkdir(target)
    await copyDirectory(source, target, hardLinks)
  } else if (stats.isSymbolicLink()) {
    await symlink(await readlink(source), target)
    await copyMetadata(source, target)
  } else if (stats.isFile()) {
    const key = `${stats.dev}:${stats.ino}`
    const first = hardLinks.get(key)
    if (first !== undefined) return link(first, target)
    if (stats.nlink > 1) hardLinks.set(key, target)
    await copyFile(source, target, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE)
    await copyMetadata(source, target)
  }
}

async function copyMetadata(source: string, target: string): Promise<void> {
  const stats = await lstat(source, { bigint: true })
  // Owner before mode and capabilities: a change of owner takes set-user-id bits and file capabilities away.
  await lchown(target, Number(stats.uid), Number(stats.gid))
  if (!stats.isSymbolicLink()) await chmod(target, Number(stats.mode & 0o7777n))
  for (const name of listAttributes(source)) {
    const value = name.startsWith("trusted.") ? undefined : getAttribute(source, name)
    if (value !== undefined) setAttribute(target, name, value)
  }
  setTimes({ path: target, accessedNs: stats.atimeNs, modifiedNs: stats.mtimeNs })
}
