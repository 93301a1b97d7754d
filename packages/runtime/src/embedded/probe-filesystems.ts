import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs"
import { dirname, join, resolve } from "node:path"
import type { Ability } from "../engine.js"
import { mount, unmount } from "../kernel/mount.js"
import { mountIdMapped } from "../kernel/new-mount-api.js"
import { openUserNamespace } from "../kernel/user-namespace.js"
import { explain } from "./ability.js"

/** Overlay and id-mapped mounts, tried out for real beside the engine's root: whether they work depends on its file system. */
export async function probeFilesystems(root: string): Promise<Ability[]> {
  if (process.geteuid?.() !== 0) return [overlayByName()]
  const directory = mkdtempSync(join(nearestDirectory(resolve(root)), ".plimsoll-probe-"))
  try {
    return [tryOverlay(directory), await tryIdMapped(directory)]
  } finally {
    for (const name of ["merged", "mapped"]) unmount(join(directory, name), { lazy: true })
    rmSync(directory, { recursive: true, force: true })
  }
}

const overlayBase = { name: "overlayfs", title: "Shared image layers (overlayfs)", required: false }
const idMappedBase = { name: "idmapped-mounts", title: "Shared layers with a tenant's user ids (id-mapped mounts)", required: false }

function overlayByName(): Ability {
  const known = /^nodev\toverlay$/m.test(readFileSync("/proc/filesystems", "utf8"))
  if (known) return { ...overlayBase, status: "available", detail: "The kernel has overlayfs." }
  return { ...overlayBase, status: "degraded", detail: "overlayfs is not loaded; root can load it.", remedy: "modprobe overlay" }
}

function tryOverlay(directory: string): Ability {
  try {
    for (const name of ["lower", "upper", "work", "merged"]) mkdirSync(join(directory, name))
    const data = `lowerdir=${join(directory, "lower")},upperdir=${join(directory, "upper")},workdir=${join(directory, "work")}`
    mount({ source: "overlay", target: join(directory, "merged"), type: "overlay", data })
    return { ...overlayBase, status: "available", detail: "Containers share the layers of their image." }
  } catch (error) {
    return {
      ...overlayBase,
      status: "degraded",
      detail: `Every container gets a full copy of its image: ${explain(error)}`,
      remedy: "modprobe overlay, or put the data directory on ext4 or xfs (with ftype=1).",
    }
  }
}

async function tryIdMapped(directory: string): Promise<Ability> {
  try {
    for (const name of ["source", "mapped"]) mkdirSync(join(directory, name))
    const namespace = await openUserNamespace({ uidBase: 100_000, gidBase: 100_000, size: 65_536 })
    try {
      mountIdMapped({ source: join(directory, "source"), target: join(directory, "mapped"), userNamespaceFd: namespace.fd })
    } finally {
      namespace.close()
    }
    return { ...idMappedBase, status: "available", detail: "Tenants with different user ids share the same layers." }
  } catch (error) {
    return {
      ...idMappedBase,
      status: "degraded",
      detail: `Layers are copied once for each tenant's range of ids: ${explain(error)}`,
      remedy: "Linux 5.19 or newer, and the data directory on ext4, xfs or btrfs.",
    }
  }
}

// The root may not be made yet: its nearest existing parent is on the same file system as it will be.
function nearestDirectory(path: string): string {
  return existsSync(path) || path === "/" ? path : nearestDirectory(dirname(path))
}
