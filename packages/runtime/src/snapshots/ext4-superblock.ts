import { open } from "node:fs/promises"

/** What the engine asks of an ext4 file system's superblock (Documentation/filesystems/ext4/super.rst). */
export interface Ext4Superblock {
  /** Unmounted in order and without errors noted: nothing is to be replayed and nothing to be checked. */
  isClean: boolean
  sizeBytes: number
  /** Of the last unmount: a mounted file system is asked by statfs(2). */
  usedBytes: number
}

/** Reads the primary superblock of a disk file. Undefined: it has none that could be one. Rejects with Node's errors of reading. */
export async function readExt4Superblock(image: string): Promise<Ext4Superblock | undefined> {
  const block = Buffer.alloc(1024)
  const file = await open(image, "r")
  try {
    const { bytesRead } = await file.read(block, 0, block.length, 1024)
    if (bytesRead < block.length || block.readUInt16LE(0x38) !== MAGIC) return undefined
  } finally {
    await file.close()
  }
  const blockBytes = 1024 * 2 ** block.readUInt32LE(0x18)
  const blocks = wide(block, 0x4, 0x150)
  const free = wide(block, 0xc, 0x158)
  const overhead = block.readUInt32LE(0x248)
  return {
    isClean: block.readUInt16LE(0x3a) === STATE_VALID && (block.readUInt32LE(0x60) & INCOMPAT_RECOVER) === 0,
    sizeBytes: blocks * blockBytes,
    usedBytes: Math.max(0, blocks - overhead - free) * blockBytes,
  }
}

const MAGIC = 0xef53
/** s_state: valid, and none of the bits for errors. */
const STATE_VALID = 1
/** s_feature_incompat: the journal has to be replayed. */
const INCOMPAT_RECOVER = 0x4

function wide(block: Buffer, low: number, high: number): number {
  return block.readUInt32LE(high) * 2 ** 32 + block.readUInt32LE(low)
}
