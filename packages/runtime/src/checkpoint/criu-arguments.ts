import type { ExternalMount } from "./external-mounts.js"

/** Arguments of `criu dump` (criu(8)). The processes are frozen before and stay so: whoever asked for it ends them, once all is safe. */
export function dumpArguments(options: {
  pid: number
  images: string
  rootfs: string
  externals: readonly ExternalMount[]
  freezerGroup: string
}): string[] {
  return [
    ["dump", "--tree", String(options.pid)],
    ["--images-dir", options.images],
    ["--log-file", "dump.log"],
    ["--root", options.rootfs],
    options.externals.flatMap(({ target, key }) => ["--external", `mnt[${target}]:${key}`]),
    ["--freeze-cgroup", options.freezerGroup],
    ["--leave-running"],
    ["--ghost-limit", GHOST_LIMIT],
    common,
  ].flat()
}

/** Arguments of `criu restore`. `stdio`: what the first three descriptors were; pipes among them become the first three of whoever runs it. */
export function restoreArguments(options: {
  images: string
  rootfs: string
  externals: readonly ExternalMount[]
  /** Of a mount without a source of its own. */
  sourceOf(target: string): string
  stdio: readonly string[]
  actionScript: string
  pidFile: string
}): string[] {
  const pipes = options.stdio.flatMap((was, descriptor) => (was.startsWith("pipe:[") ? [[was, descriptor] as const] : []))
  return [
    ["restore", "--images-dir", options.images],
    ["--log-file", "restore.log"],
    ["--root", options.rootfs],
    options.externals.flatMap(({ target, key, source }) => ["--external", `mnt[${key}]:${source ?? options.sourceOf(target)}`]),
    pipes.flatMap(([was, descriptor]) => ["--inherit-fd", `fd[${descriptor}]:${was}`]),
    ["--action-script", options.actionScript],
    ["--restore-detached"],
    ["--pidfile", options.pidFile],
    common,
  ].flat()
}

/**
 * - The network namespace is made empty and gets its links from the engine.
 * - Connections are those between its own processes; nobody outside has one, so that no packet has to be held back.
 * - The cgroup is there already, with its limits.
 */
const common: readonly string[] = [
  "--empty-ns",
  "net",
  "--tcp-established",
  "--network-lock",
  "skip",
  "--file-locks",
  "--manage-cgroups=soft",
]

/** Files that were deleted and are still open are kept with the processes, up to this size each. */
const GHOST_LIMIT = "256M"
