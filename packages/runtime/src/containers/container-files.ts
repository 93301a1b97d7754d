import { posix } from "node:path"
import type { Readable } from "node:stream"
import type { PathStat } from "../engine.js"
import { EngineError } from "../errors.js"
import type { ContainerRecord } from "./container-record.js"
import type { LifecycleContext } from "./lifecycle-context.js"

/** A directory of the host that is a container's root, and the path in it that was asked for. */
interface Place {
  root: string
  path: string
  release(): Promise<void>
}

/** See `ContainerApi.statPath`. */
export function statPath(context: LifecycleContext, reference: string, path: string): Promise<PathStat> {
  return atPlace(context, reference, path, (place, record) => context.files.stat(place.root, place.path, record.idRange))
}

/** See `ContainerApi.listDirectory`. */
export function listDirectory(context: LifecycleContext, reference: string, path: string): Promise<PathStat[]> {
  return atPlace(context, reference, path, (place, record) => context.files.list(place.root, place.path, record.idRange))
}

/** See `ContainerApi.copyIn`. */
export async function copyIn(context: LifecycleContext, reference: string, path: string, tar: Readable): Promise<void> {
  await atPlace(context, reference, path, async (place, record) => {
    await context.files.copyIn(place.root, place.path, tar, record.idRange)
    await context.containers.update(record.id, (current) => ({ record: current, events: [{ action: "copy-in", attributes: { path } }] }), {
      sync: "soon",
    })
  })
}

/** See `ContainerApi.copyOut`. The root stays mounted until the tar was read to its end or destroyed. */
export async function copyOut(context: LifecycleContext, reference: string, path: string): Promise<{ stat: PathStat; tar: Readable }> {
  const record = present(context, reference)
  const place = await findPlace(context, record, path)
  try {
    const copied = await context.files.copyOut(place.root, place.path, record.idRange)
    copied.tar.once("close", () => {
      place
        .release()
        .catch((error: unknown) => context.report.error("a container's root could not be unmounted after a copy", { id: record.id, error }))
    })
    return copied
  } catch (error) {
    await place.release()
    throw error
  }
}

async function atPlace<T>(
  context: LifecycleContext,
  reference: string,
  path: string,
  work: (place: Place, record: ContainerRecord) => Promise<T>,
): Promise<T> {
  const record = present(context, reference)
  const place = await findPlace(context, record, path)
  try {
    return await work(place, record)
  } finally {
    await place.release()
  }
}

/**
 * The writable layer (a run's own mount of it, or one for the time of the copy), or the volume that the path is in. Never the
 * container's own view by /proc/PID/root: its /proc and /sys would be read with the host's rights. So, as in `docker cp`, what is
 * in a tmpfs is not seen.
 */
async function findPlace(context: LifecycleContext, record: ContainerRecord, path: string): Promise<Place> {
  const absolute = posix.resolve("/", path)
  const inVolume = volumeAt(record, absolute)
  if (inVolume !== undefined && context.volumes.has(inVolume.volume)) {
    const held = await context.volumes.use(inVolume.volume)
    return { root: held.path, path: inVolume.path, release: () => held.release() }
  }
  const lease = await context.rootfs.acquire(record)
  return { root: lease.path, path: absolute, release: () => lease.release() }
}

function volumeAt(record: ContainerRecord, path: string): { volume: string; path: string } | undefined {
  let longest = ""
  let found: { volume: string; path: string } | undefined
  for (const mount of record.resolved.mounts) {
    const target = posix.resolve(mount.target)
    if (mount.kind !== "volume" || target.length <= longest.length || (path !== target && !path.startsWith(`${target}/`))) continue
    longest = target
    found = { volume: mount.volume, path: `/${posix.relative(target, path)}` }
  }
  return found
}

function present(context: LifecycleContext, reference: string): ContainerRecord {
  const record = context.containers.find(reference)
  if (record.state.status === "dead") throw new EngineError("conflict", { facts: { id: record.id }, publicMessage: record.state.error })
  if (!context.containers.isRemoving(record.id)) return record
  throw new EngineError("conflict", { facts: { id: record.id }, publicMessage: `Container "${record.name}" is being removed.` })
}
