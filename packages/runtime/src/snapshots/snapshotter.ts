import type { Readable } from "node:stream"
import type { FilesystemChange, PathStat } from "../engine.js"
import type { IdRange } from "../spec/id-range.js"

/**
 * Unpacked layers (read-only, shared) and writable snapshots over them.
 * ```
 *   unpackLayer ─▶ layer(diffId)  ─┐
 *   unpackLayer ─▶ layer(diffId)  ─┴ prepare ─▶ snapshot ─ mount ─▶ directory ─ unmount ─▶ … ─ remove
 * ```
 * Files are on disk with the ids of the image; a snapshot mounted for a user namespace shows them shifted by the range.
 */
export interface Snapshotter {
  readonly kind: "overlay" | "copy"
  /**
   * Unpacks an uncompressed layer tar once, shared by every image that has it. Resolves with its unpacked size and that of the
   * tar; at once, without reading, when it is there already. Verifies `diffId`. Rejects with `archive_unsafe`, `archive_invalid`, `digest_mismatch`, `disk_full`;
   * nothing is left of a failed one.
   */
  unpackLayer(diffId: string, tar: Readable): Promise<{ sizeBytes: number; tarBytes: number }>
  hasLayer(diffId: string): Promise<boolean>
  layerSize(diffId: string): Promise<number>
  removeLayer(diffId: string): Promise<void>
  /** `blob_in_use` is never raised here: the image store decides. Lists diffIds on disk. */
  listLayers(): Promise<string[]>
  /**
   * Makes the writable layer. `diffIds` from bottom to top. Idempotent for the same arguments. With `diskBytes` it has a thin disk of its own of that size;
   * the copying kind rejects that with `unsupported`.
   */
  prepare(id: string, diffIds: string[], options?: { diskBytes?: number | undefined }): Promise<void>
  /** Mounts it at `target` (made when absent). Mounted already: no effect. */
  mount(id: string, target: string, idRange: IdRange | undefined, options?: MountOptions): Promise<void>
  /** Resolving means that it is not mounted there any more; a process that is still in it keeps its files until it ends. */
  unmount(id: string, target: string): Promise<void>
  /** Removes the writable layer. Resolving means that it is not there. Never follows links. */
  remove(id: string): Promise<void>
  list(): Promise<string[]>
  /** Bytes in the writable layer. */
  usage(id: string): Promise<number>
  /** Figures of its disk; undefined when it has none of its own. */
  disk(id: string): Promise<{ sizeBytes: number; allocatedBytes: number } | undefined>
  /** Makes its disk larger, also while it is mounted. Rejects with `conflict` when it has none, `invalid_argument` for less than it has, and as `growThinDisk`. */
  growDisk(id: string, sizeBytes: number): Promise<void>
  /** Gives the host what its disk does not use any more. Rejects with `conflict` when it has none. */
  compactDisk(id: string): Promise<{ beforeBytes: number; afterBytes: number }>
  /** Changes against the layers below (whiteouts become `deleted`). */
  changes(id: string): Promise<FilesystemChange[]>
  /** The writable layer as an OCI layer tar (whiteouts as `.wh.`), ids as in the image. */
  exportChanges(id: string): Promise<Readable>
  /** Removes what a crash left half made: for start-up, before anything else. */
  sweep(): Promise<void>
  /** Takes away what is mounted for a range, when its tenant goes. No effect when nothing is. */
  releaseRange(idRange: IdRange): Promise<void>
  /** Takes away what is mounted for all ranges: for uninstalling and tests. Containers that run keep their files. */
  releaseAll(): Promise<void>
}

export interface MountOptions {
  /** The writable layer is thrown away when the container ends: skip flushing it (an fsync inside costs nothing, unmounting does not wait for the disk). */
  volatile?: boolean
}

/** Where a snapshotter keeps its things. */
export interface SnapshotterDirectories {
  /** `root/layers` */
  layers: string
  /** `root/snapshots` */
  snapshots: string
  /** `run/idmapped`: lost at reboot. */
  idMapped: string
  /** `run/disks`: disks of writable layers, for moments. */
  disks: string
}

/** File access inside of a mounted root that no link in it can lead out of (openat2 RESOLVE_IN_ROOT, or a walk that checks each step). */
export interface RootFiles {
  stat(root: string, path: string, idRange: IdRange | undefined): Promise<PathStat>
  list(root: string, path: string, idRange: IdRange | undefined): Promise<PathStat[]>
  /** Tar whose top entry is the path's last name. */
  copyOut(root: string, path: string, idRange: IdRange | undefined): Promise<{ stat: PathStat; tar: Readable }>
  copyIn(root: string, path: string, tar: Readable, idRange: IdRange | undefined): Promise<void>
  readText(root: string, path: string, maximumBytes: number): Promise<string | undefined>
}
