import { bounds } from "../../contract/bounds.js"
import type { BookedTenant } from "../tenants/tenant-book.js"
import { requireDisk } from "./refusals.js"

/** A disk whose size nobody said, where the plan bounds their sum. */
const DEFAULT_DISK_BYTES = 2 ** 30
const BLOCK_BYTES = 4096

/**
 * The size of each of `count` disks that nobody gave a size, in a plan that bounds their sum: what is usual, or an equal part of what is left
 * where that is less. Throws `quota_exceeded` when too little is left for a file system each.
 */
export function defaultDiskBytes(tenant: BookedTenant, { count, used }: { count: number; used: number }): number {
  const part = Math.floor((tenant.plan.terms.diskBytes - used) / count / BLOCK_BYTES) * BLOCK_BYTES
  if (part < bounds.diskMinimumBytes) requireDisk(tenant, { used, wanted: count * bounds.diskMinimumBytes })
  return Math.min(DEFAULT_DISK_BYTES, part)
}
