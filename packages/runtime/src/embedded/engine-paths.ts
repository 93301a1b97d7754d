import { join, resolve } from "node:path"
import type { EnginePaths } from "../containers/engine-context.js"
import { instanceName } from "../spec/instance-name.js"

/** Where an engine keeps its things. `runDirectory` absent: `/run/<instance>/engine`. */
export function enginePaths(options: { root: string; runDirectory?: string }): EnginePaths {
  const root = resolve(options.root)
  const run = resolve(options.runDirectory ?? join("/run", instanceName(root), "engine"))
  const containers = join(root, "containers")
  const container = (id: string): string => join(containers, id)
  return {
    root,
    run,
    containers,
    events: join(root, "events"),
    tenants: join(root, "tenants.json"),
    content: join(root, "content"),
    images: join(root, "images"),
    layers: join(root, "layers"),
    snapshots: join(root, "snapshots"),
    volumes: join(root, "volumes"),
    volumeMounts: join(run, "volumes"),
    networks: join(root, "networks"),
    checkpoints: join(root, "checkpoints"),
    nameServer: join(run, "names"),
    container,
    logDirectory: (id) => join(container(id), "log"),
    logFile: (id) => join(container(id), "log", "current"),
    rootfs: (id) => join(run, "rootfs", id),
  }
}
