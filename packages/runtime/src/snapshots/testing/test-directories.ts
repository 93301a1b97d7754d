import { execFileSync } from "node:child_process"
import { chmodSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { unmount } from "../../kernel/mount.js"
import { readMounts } from "../../kernel/mount-table.js"
import type { SnapshotterDirectories } from "../snapshotter.js"

/** A directory of a test's own, with a canary beside it that nothing may touch. */
export interface TestDirectories extends SnapshotterDirectories {
  root: string
  canary: string
  /** Everything about the canary that an attack would change. */
  canaryState(): string
  /** Unmounts what is left below it and removes it. */
  remove(): void
}

export function makeTestDirectories(): TestDirectories {
  const root = mkdtempSync("/var/tmp/plimsoll-test-")
  // Users of a range must get to what is mounted below it.
  chmodSync(root, 0o711)
  const canary = join(root, "canary")
  mkdirSync(join(canary, "sub"), { recursive: true })
  writeFileSync(join(canary, "file"), "untouched", { mode: 0o600 })
  return {
    root,
    canary,
    layers: join(root, "layers"),
    snapshots: join(root, "snapshots"),
    idMapped: join(root, "run", "idmapped"),
    disks: join(root, "run", "disks"),
    canaryState: () => describeTree(canary),
    remove: () => {
      for (const { target } of readMounts().reverse()) if (target.startsWith(`${root}/`)) unmount(target, { lazy: true })
      rmSync(root, { recursive: true, force: true })
    },
  }
}

/** One line a file: kind, mode, owner, size, time of change, links, content. */
export function describeTree(root: string): string {
  const lines = readdirSync(root, { recursive: true, encoding: "utf8" })
    .sort()
    .map((name) => {
      const stats = lstatSync(join(root, name))
      return [
        name,
        stats.mode.toString(8),
        stats.uid,
        stats.gid,
        stats.size,
        stats.ctimeMs,
        stats.nlink,
        stats.isFile() ? readFileSync(join(root, name), "latin1") : "",
      ].join(" ")
    })
  return [`. ${lstatSync(root).mtimeMs} ${lstatSync(root).mode}`, ...lines].join("\n")
}

/** Runs a program as a user and group of the host; returns its output. */
export function runAs(id: number, directory: string, ...command: [string, ...string[]]): string {
  return execFileSync("setpriv", [`--reuid=${id}`, `--regid=${id}`, "--clear-groups", "--", ...command], {
    cwd: directory,
    encoding: "utf8",
    stdio: "pipe",
  })
}
