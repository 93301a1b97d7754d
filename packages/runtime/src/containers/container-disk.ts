import type { DiskCompaction } from "../engine.js"
import { checkDiskSize } from "./disk-size.js"
import type { LifecycleContext } from "./lifecycle-context.js"

/** See `ContainerApi.resizeDisk`; to be called in the container's queue. */
export async function resizeDisk({ containers, snapshots }: LifecycleContext, id: string, asked: number): Promise<void> {
  const sizeBytes = checkDiskSize("sizeBytes", asked)
  const previousBytes = (await snapshots.disk(id))?.sizeBytes
  await snapshots.growDisk(id, sizeBytes)
  const grown = previousBytes !== sizeBytes
  // A growth that a crash cut off may have reached the disk and not the document.
  if (!grown && containers.find(id).diskBytes === sizeBytes) return
  const attributes = { sizeBytes: String(sizeBytes), previousBytes: String(previousBytes) }
  await containers.update(id, (record) => ({
    record: { ...record, diskBytes: sizeBytes },
    events: grown ? [{ action: "resize", attributes }] : [],
  }))
}

/** See `ContainerApi.compactDisk`; to be called in the container's queue. */
export async function compactDisk({ containers, snapshots }: LifecycleContext, id: string): Promise<DiskCompaction> {
  const done = await snapshots.compactDisk(id)
  const bytes = Math.max(0, done.beforeBytes - done.afterBytes)
  const attributes = { beforeBytes: String(done.beforeBytes), afterBytes: String(done.afterBytes), bytes: String(bytes) }
  await containers.update(id, (record) => ({ record, events: [{ action: "compact", attributes }] }))
  return done
}
