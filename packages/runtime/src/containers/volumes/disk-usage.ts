import { lstat, opendir } from "node:fs/promises"
import { join } from "node:path"
import { errnoOf } from "../../errors.js"

/** Bytes on disk of all that is below a directory, as `du` counts them: hard links once, no link followed. Files that vanish meanwhile are left out. */
export async function diskUsage(directory: string): Promise<number> {
  const seen = new Set<string>()
  let bytes = 0
  const pending = [directory]
  for (let path = pending.pop(); path !== undefined; path = pending.pop()) {
    for await (const entry of entries(path)) {
      const child = join(path, entry.name)
      const stats = await lstat(child).catch(vanished)
      if (stats === undefined) continue
      if (stats.isDirectory()) pending.push(child)
      const key = `${stats.dev}:${stats.ino}`
      if (stats.nlink > 1 && !stats.isDirectory() && seen.has(key)) continue
      seen.add(key)
      bytes += stats.blocks * 512
    }
  }
  return bytes
}

async function* entries(path: string): AsyncGenerator<{ name: string }> {
  const handle = await opendir(path).catch(vanished)
  if (handle !== undefined) yield* handle
}

function vanished(error: unknown): undefined {
  if (errnoOf(error) === "ENOENT") return undefined
  throw error
}
