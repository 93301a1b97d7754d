import { createHash } from "node:crypto"
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { repository } from "./repository.mjs"

const SKIPPED = new Set(["node_modules", "dist", ".next", "generated", "test-results"])

/** Digest of the content of files and directories of the checkout (paths relative to it; absent ones count as such). */
export function digestOf(paths) {
  const hash = createHash("sha256").update(process.version)
  for (const path of paths) addPath(hash, path)
  return hash.digest("hex")
}

function addPath(hash, path) {
  const absolute = join(repository, path)
  if (!existsSync(absolute)) return hash.update(`${path}\0absent\0`)
  if (!statSync(absolute).isDirectory()) return hash.update(`${path}\0`).update(readFileSync(absolute)).update("\0")
  for (const name of readdirSync(absolute).sort()) {
    if (!SKIPPED.has(name) && !/\.(tsbuildinfo|db|db-wal|db-shm)$/.test(name) && name !== "next-env.d.ts") addPath(hash, `${path}/${name}`)
  }
}

/** True when `stampPath` says that this digest was built. */
export function isStamped(stampPath, digest) {
  const absolute = join(repository, stampPath)
  return existsSync(absolute) && readFileSync(absolute, "utf8") === digest
}

/** Remembers what was built, inside of the output: who deletes the output deletes the memory. */
export function stamp(stampPath, digest) {
  writeFileSync(join(repository, stampPath), digest)
}
