import type { Ability } from "../engine.js"
import { EngineError } from "../errors.js"
import { THIN_DISK_BLOCK_BYTES } from "../snapshots/thin-disk.js"

/** A disk's size that was asked for, in whole blocks. Rejects with `invalid_argument` what is no size, too small for a file system or too large. */
export function checkDiskSize(field: "sizeBytes" | "diskBytes" | "volumeBytes", sizeBytes: number): number {
  const rounded = Math.ceil(sizeBytes / THIN_DISK_BLOCK_BYTES) * THIN_DISK_BLOCK_BYTES
  if (Number.isSafeInteger(sizeBytes) && sizeBytes >= MINIMUM_BYTES && rounded <= MAXIMUM_BYTES) return rounded
  throw new EngineError("invalid_argument", {
    facts: { field, sizeBytes: String(sizeBytes) },
    publicMessage: `${field}: a disk's size is a whole number of bytes from ${MINIMUM_BYTES} (16 MiB) to ${MAXIMUM_BYTES} (8 TiB).`,
  })
}

/** Rejects with `unsupported`, the reason and what mends it where disks cannot be made. */
export function refuseWithoutThinDisks(field: string, { status, detail, remedy }: Pick<Ability, "status" | "detail" | "remedy">): void {
  if (status !== "missing") return
  throw new EngineError("unsupported", {
    facts: { field, detail },
    publicMessage: `This host cannot hold a disk's limit: ${detail}${remedy === undefined ? "" : ` ${remedy}`}`,
  })
}

const MINIMUM_BYTES = 16 * 2 ** 20
const MAXIMUM_BYTES = 8 * 2 ** 40
