import { existsSync, readdirSync, readFileSync, statSync } from "node:fs"
import { readdir, rm } from "node:fs/promises"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import type { ContainerHibernation } from "../engine.js"
import { EngineError, errnoOf } from "../errors.js"
import { unmount } from "../kernel/mount.js"
import { readMounts } from "../kernel/mount-table.js"
import { readProcessArguments } from "../kernel/process-stat.js"
import type { SpawnTool } from "../kernel/spawn-tool.js"
import { syncDirectory, syncFile, writeFileAtomic } from "../kernel/write-file-atomic.js"
import { dumpArguments } from "./criu-arguments.js"
import { type ExternalMount, externalMounts } from "./external-mounts.js"

/** What is known of processes on disk beside CRIU's own images; `checkpoint.json` among them. */
export interface CheckpointManifest {
  version: 1
  externals: readonly ExternalMount[]
  /** What the first three descriptors of its supervised process were: `/dev/null`, `pipe:[INODE]`. */
  stdio: readonly string[]
  hibernation: ContainerHibernation
}

export interface DumpOptions {
  criu: string
  spawn: SpawnTool
  pid: number
  /** Directory of the images; it exists, and is on the disk that is to keep them. */
  images: string
  rootfs: string
  /** Targets of the binds of its configuration. */
  bound: ReadonlySet<string>
  /** Of its other mounts, and of what is masked or read-only. */
  own: ReadonlySet<string>
  /** Directory of the frozen group. */
  freezerGroup: string
  stdio: readonly string[]
  /** Of the document. */
  facts: Omit<ContainerHibernation, "imageBytes">
}

/** Writes frozen processes to disk, which they survive; resolves when the images survive a power cut. `checkpoint_failed` with CRIU's reason, `unsupported`, `disk_full`. */
export async function dumpProcesses(options: DumpOptions): Promise<CheckpointManifest> {
  const { criu, spawn, pid, images, rootfs, freezerGroup, stdio } = options
  const externals = externalMounts({
    mounts: readMounts(`/proc/${pid}/mountinfo`),
    host: readMounts(),
    bound: options.bound,
    own: options.own,
  })
  // Not bounded in time: processes whose CRIU is killed in the middle are left with its code in them.
  const { exitCode } = await spawn(criu, dumpArguments({ pid, images, rootfs, externals, freezerGroup }), {
    acceptExitCodes: "any",
    timeoutMs: 0,
  })
  if (exitCode !== 0) throw dumpFailed(images, exitCode)
  const names = await readdir(images)
  for (const name of names) await syncFile(join(images, name))
  const imageBytes = names.reduce((sum, name) => sum + statSync(join(images, name)).size, 0)
  const manifest: CheckpointManifest = { version: 1, externals, stdio, hibernation: { ...options.facts, imageBytes } }
  await writeFileAtomic(join(images, MANIFEST), JSON.stringify(manifest))
  await syncDirectory(images)
  return manifest
}

/** Undefined when there is no whole checkpoint in the directory. */
export function readManifest(images: string): CheckpointManifest | undefined {
  try {
    const manifest = JSON.parse(readFileSync(join(images, MANIFEST), "utf8")) as CheckpointManifest
    return manifest.version === 1 ? manifest : undefined
  } catch (error) {
    if (errnoOf(error) === "ENOENT" || error instanceof SyntaxError) return undefined
    throw error
  }
}

/** The last errors that CRIU wrote to a log of these images, as one line. */
export function complaintsOf(images: string, log: "dump.log" | "restore.log"): string {
  const path = join(images, log)
  if (!existsSync(path)) return ""
  const errors = readFileSync(path, "utf8")
    .split("\n")
    .filter((line) => line.includes("Error ("))
  return errors
    .slice(-3)
    .map((line) => line.replace(/^.*?Error \([^)]*\): /, ""))
    .join(" ")
    .slice(0, 500)
}

/** Resolves when no CRIU works on these images any more: one may have outlived the daemon that had asked for it. */
export async function untilLeftAlone(images: string, deadlineMs: number): Promise<void> {
  const until = performance.now() + deadlineMs
  while (readdirSync("/proc").some((name) => /^\d+$/.test(name) && worksOn(Number(name), images))) {
    if (performance.now() > until)
      throw new EngineError("deadline_exceeded", {
        facts: { images, deadlineMs },
        publicMessage: `CRIU has not ended within ${deadlineMs} ms. Look at what it waits for.`,
      })
    await sleep(50)
  }
}

/** With what a CRIU that was killed left mounted among them. Cut off at any moment, what is left is no checkpoint any more. */
export async function removeImages(images: string): Promise<void> {
  await rm(join(images, MANIFEST), { force: true })
  for (const { target } of readMounts().reverse()) if (target.startsWith(`${images}/`)) unmount(target, { lazy: true })
  await rm(images, { recursive: true, force: true })
}

const MANIFEST = "checkpoint.json"

function worksOn(pid: number, images: string): boolean {
  const words = readProcessArguments(pid) ?? []
  // Anybody may name a process so.
  return words[1] === "dump" && words.includes(images) && statSync(`/proc/${pid}`, { throwIfNoEntry: false })?.uid === process.getuid?.()
}

function dumpFailed(images: string, exitCode: number): EngineError {
  const said = complaintsOf(images, "dump.log")
  if (/No space left on device/.test(said)) return new EngineError("disk_full", { facts: { op: "criu dump", said } })
  return new EngineError("checkpoint_failed", {
    facts: { op: "dump", exitCode, said },
    publicMessage: `CRIU could not write its processes to disk: ${said === "" ? `it ended with ${exitCode}.` : said}`,
  })
}
