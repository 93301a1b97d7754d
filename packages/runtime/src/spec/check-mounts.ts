import { posix } from "node:path"
import { checkAbsolutePath, checkBoolean, checkInteger, checkList, checkObject, checkOneOf, fieldError, quoted } from "./check.js"
import { checkObjectName } from "./names.js"

/** Mounts over these would hide what isolates the container, or confuse the OCI runtime that sets it up. */
const FORBIDDEN_TARGET = /^\/(?:$|proc(?:\/|$)|sys(?:\/|$)|dev$)/

export function checkMounts(field: string, value: unknown): void {
  checkList(field, value, 128)
  const targets = new Set<string>()
  for (const mount of value) {
    checkObject(field, mount)
    checkOneOf(`${field}.kind`, mount.kind, ["volume", "bind", "tmpfs"])
    checkTarget(`${field}.target`, mount.target)
    const target = posix.resolve(mount.target)
    if (targets.has(target)) throw fieldError(`${field}.target`, `${quoted(target)} is used twice. Give each mount a directory of its own.`)
    targets.add(target)
    if (mount.readOnly !== undefined) checkBoolean(`${field}.readOnly`, mount.readOnly)
    if (mount.kind === "volume") checkObjectName(`${field}.volume`, mount.volume)
    if (mount.kind === "bind") checkBind(field, mount)
    if (mount.kind === "tmpfs") checkTmpfs(field, mount)
  }
}

function checkTarget(field: string, value: unknown): asserts value is string {
  checkAbsolutePath(field, value)
  if (FORBIDDEN_TARGET.test(posix.resolve(value)))
    throw fieldError(field, `${quoted(value)} cannot be mounted over. Use a directory outside of /, /proc, /sys and /dev.`)
}

function checkBind(field: string, mount: Record<string, unknown>): void {
  checkAbsolutePath(`${field}.source`, mount.source)
  if (mount.propagation !== undefined) checkOneOf(`${field}.propagation`, mount.propagation, ["private", "rprivate", "rslave", "rshared"])
}

function checkTmpfs(field: string, mount: Record<string, unknown>): void {
  if (mount.sizeBytes !== undefined) checkInteger(`${field}.sizeBytes`, mount.sizeBytes, 4096, Number.MAX_SAFE_INTEGER)
  if (mount.mode !== undefined) checkInteger(`${field}.mode`, mount.mode, 0, 0o7777)
}
