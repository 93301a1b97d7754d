import { existsSync } from "node:fs"
import { dirname, join, relative, sep } from "node:path"
import { readControlFile } from "../../kernel/control-file.js"
import type { ControlWrite } from "../controller.js"
import { childGroups } from "../hierarchy.js"
import { recallWanted } from "../wanted-value.js"

const files = { memoryMinBytes: "memory.min", memoryLowBytes: "memory.low" } as const
export type ProtectionLimit = keyof typeof files

/**
 * Protection from reclaim holds only as far as every group above grants it (cgroup-v2.rst, memory.min). So a tenant grants what was asked
 * for it, or else the sum of what its containers have, and the instance's top group the sum of its tenants': protecting a container protects it
 * in truth, and no more than it.
 */
export function planProtection(options: { mount: string; group: string; limit: ProtectionLimit; bytes: number | null }): ControlWrite[] {
  const { mount, group, limit, bytes } = options
  const path = join(group, files[limit])
  if (depth(mount, group) === tenantDepth) {
    const remember = { group, name: files[limit], value: bytes === null ? null : String(bytes) }
    return [{ limit, path, value: () => String(bytes ?? sumOfChildren(group, limit)), remember }, topWrite(dirname(group), limit)]
  }
  return [{ limit, path, value: String(bytes ?? 0) }, ...grantWrites(mount, dirname(group), limit)]
}

/** What a tenant's group, or the top group, must grant after something below it was removed. Empty when it is right already. */
export function settleProtection(mount: string, group: string): ControlWrite[] {
  if (!existsSync(join(group, files.memoryLowBytes))) return []
  return (Object.keys(files) as ProtectionLimit[])
    .filter((limit) => readControlFile(join(group, files[limit])) !== "0")
    .flatMap((limit) => grantWrites(mount, group, limit))
}

const tenantDepth = 2

function grantWrites(mount: string, group: string, limit: ProtectionLimit): ControlWrite[] {
  if (depth(mount, group) !== tenantDepth) return [topWrite(group, limit)]
  const granted = (): string => recallWanted(group, files[limit]) ?? String(sumOfChildren(group, limit))
  return [{ limit, path: join(group, files[limit]), value: granted }, topWrite(dirname(group), limit)]
}

function topWrite(top: string, limit: ProtectionLimit): ControlWrite {
  return { limit, path: join(top, files[limit]), value: () => String(sumOfChildren(top, limit)) }
}

function sumOfChildren(group: string, limit: ProtectionLimit): number {
  return childGroups(group).reduce((sum, name) => sum + Number(readControlFile(join(group, name, files[limit]))), 0)
}

function depth(mount: string, group: string): number {
  return relative(mount, group).split(sep).length
}
