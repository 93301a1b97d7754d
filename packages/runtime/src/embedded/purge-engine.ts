import { existsSync } from "node:fs"
import { readdir, rm, rmdir } from "node:fs/promises"
import { dirname, join } from "node:path"
import { openCgroupDriver } from "../cgroups/open-cgroup-driver.js"
import { TenantStore } from "../containers/tenants/tenant-store.js"
import { unmount } from "../kernel/mount.js"
import { readMounts } from "../kernel/mount-table.js"
import { createNetworkDriver } from "../network/create-network-driver.js"
import { createSandboxDriver } from "../sandbox/create-sandbox-driver.js"
import { instanceName, instanceTag } from "../spec/instance-name.js"
import { lockEngineRoot } from "./engine-lock.js"
import { enginePaths } from "./engine-paths.js"

export interface PurgeEngineOptions {
  root: string
  runDirectory?: string
}

const KILL_DEADLINE_MS = 10_000

/**
 * Takes a whole instance off the host: kills its containers, removes its cgroups, bridges, links, queues, packet rules, name server and mounts, and deletes root and run
 * directory with all images, volumes and writable layers. Only what is named after this root is touched. For uninstalling
 * and for tests; safe to repeat. Rejects with `engine_unavailable` while an engine works on the root.
 */
export async function purgeEngine(options: PurgeEngineOptions): Promise<void> {
  const paths = enginePaths(options)
  // Nobody works on a root that is not there; what is named after it may be on the host all the same.
  const lock = existsSync(paths.root) ? await lockEngineRoot(paths.root) : undefined
  try {
    await removeGroups(paths.root, paths.tenants, paths.run)
    const network = await createNetworkDriver({
      directory: paths.networks,
      runDirectory: paths.nameServer,
      instance: instanceName(paths.root),
      tag: instanceTag(paths.root),
    })
    await network.destroy()
    await network.close()
    unmountBelow(paths.run)
    unmountBelow(paths.root)
    await rm(paths.run, { recursive: true, force: true })
    if (options.runDirectory === undefined) await removeIfEmpty(dirname(paths.run))
    await rm(paths.root, { recursive: true, force: true })
  } finally {
    lock?.release()
  }
}

async function removeGroups(root: string, tenantsFile: string, run: string): Promise<void> {
  const cgroups = openCgroupDriver({ rootName: instanceName(root) })
  const sandbox = createSandboxDriver({ runDirectory: run })
  const locations = await cgroups.list()
  await Promise.all(locations.map((location) => cgroups.open(location).killAll(KILL_DEADLINE_MS)))
  for (const id of await sandbox.list()) await sandbox.delete(id)
  await Promise.all(locations.map((location) => cgroups.open(location).remove()))
  const tenants = new Set([
    ...locations.map(({ tenant }) => tenant),
    ...(await TenantStore.open(tenantsFile)).list().map(({ name }) => name),
  ])
  for (const tenant of tenants) await cgroups.removeTenant(tenant)
  await cgroups.removeRootIfEmpty()
}

/** The directory that the default run directory is in: the console's sockets may be there too. */
async function removeIfEmpty(directory: string): Promise<void> {
  if (existsSync(directory) && (await readdir(directory)).length === 0) await rmdir(directory)
}

/** Youngest first, so that what is mounted on a mount goes before it. */
function unmountBelow(directory: string): void {
  const prefix = join(directory, "/")
  for (const { target } of readMounts().reverse()) if (target.startsWith(prefix)) unmount(target, { lazy: true })
}
