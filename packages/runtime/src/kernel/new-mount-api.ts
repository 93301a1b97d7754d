import { closeSync } from "node:fs"
import { AT_FDCWD, bind } from "./libc.js"
import { mountError } from "./mount.js"

export interface IdMappedMountRequest {
  source: string
  /** Existing directory; the mount appears there. */
  target: string
  /** Descriptor of the user namespace whose maps shift the ids (mount_setattr(2)). */
  userNamespaceFd: number
  readOnly?: boolean
}

/**
 * Mounts `source` (with what is mounted below it when `recursive`) at `target` with ids shifted by the user namespace:
 * open_tree, mount_setattr, move_mount, so that nothing is ever visible half-made. Linux 5.12, overlay over it 5.19.
 * Rejects with `mount_failed` (EINVAL: the file system does not support it) or `kernel_feature_missing`.
 */
export function mountIdMapped(request: IdMappedMountRequest): void {
  let tree: number | undefined
  try {
    tree = cloneTree(request.source)
    const attributes = Buffer.alloc(32)
    attributes.writeBigUInt64LE(MOUNT_ATTR_IDMAP | (request.readOnly === true ? MOUNT_ATTR_RDONLY : 0n), 0)
    attributes.writeBigUInt64LE(BigInt(request.userNamespaceFd), 24)
    callMountSetattr(NR_MOUNT_SETATTR, tree, "", AT_EMPTY_PATH, attributes, attributes.length)
    callMoveMount(NR_MOVE_MOUNT, tree, "", AT_FDCWD, request.target, MOVE_MOUNT_F_EMPTY_PATH)
  } catch (error) {
    throw mountError(error, { op: "idmapped mount", source: request.source, target: request.target })
  } finally {
    if (tree !== undefined) closeSync(tree)
  }
}

/** A detached copy of the mount at `path` (open_tree with OPEN_TREE_CLONE): a descriptor the caller closes. */
export function cloneTree(path: string, options: { recursive?: boolean } = {}): number {
  return callOpenTree(NR_OPEN_TREE, AT_FDCWD, path, OPEN_TREE_CLONE | O_CLOEXEC | (options.recursive === true ? AT_RECURSIVE : 0))
}

// System calls since 5.1 have one number on every architecture (include/uapi/asm-generic/unistd.h).
const NR_OPEN_TREE = 428
const NR_MOVE_MOUNT = 429
const NR_MOUNT_SETATTR = 442
const AT_EMPTY_PATH = 0x1000
const AT_RECURSIVE = 0x8000
const OPEN_TREE_CLONE = 1
const O_CLOEXEC = 0o2000000
const MOVE_MOUNT_F_EMPTY_PATH = 4
const MOUNT_ATTR_RDONLY = 1n
const MOUNT_ATTR_IDMAP = 0x100000n

const callOpenTree = bind({ symbol: "syscall", result: "long", arguments: ["long", "long", "const char*", "unsigned long"] }, "open_tree")
const callMoveMount = bind(
  { symbol: "syscall", result: "long", arguments: ["long", "long", "const char*", "long", "const char*", "unsigned long"] },
  "move_mount",
)
const callMountSetattr = bind(
  { symbol: "syscall", result: "long", arguments: ["long", "long", "const char*", "unsigned long", "void*", "size_t"] },
  "mount_setattr",
)
