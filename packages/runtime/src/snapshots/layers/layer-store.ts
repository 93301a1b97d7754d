import { createHash, randomBytes } from "node:crypto"
import { chmod, mkdir, readdir, readFile, rename, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { EngineError, errnoOf } from "../../errors.js"
import { spawnTool } from "../../kernel/spawn-tool.js"
import { toEngineError } from "../../kernel/system-call-error.js"
import { syncDirectory } from "../../kernel/write-file-atomic.js"
import { type Digest, digestHex, digestMismatch, digestOfHex, isDigest, parseDigest } from "../../spec/digest.js"
import { removeTree } from "../remove-tree.js"
import { defaultUnpackLimits, type UnpackedTree, type UnpackLimits, unpackTree } from "../unpack/unpack-tree.js"

/** What is known of an unpacked layer. */
export interface LayerRecord extends UnpackedTree {
  diffId: Digest
  /** Bytes of the uncompressed tar. */
  tarBytes: number
}

/**
 * Unpacked layers below one directory: `<hex of diffId>/fs` is the tree, `<hex>/layer.json` what is known of it. A layer
 * is unpacked under a temporary name, its file system is flushed once (syncfs), then it is renamed: after a power cut a layer is there
 * with all its bytes or not at all. Nothing is fsynced file by file.
 */
export class LayerStore {
  private readonly unpacking = new Set<string>()
  private readonly records = new Map<Digest, LayerRecord>()

  constructor(
    readonly directory: string,
    private readonly limits: UnpackLimits = defaultUnpackLimits,
  ) {}

  /** Directory of the layer's tree below the store's: the same below an id-mapped mount of the store. */
  static treeOf(diffId: string): string {
    return join(digestHex(parseDigest(diffId)), "fs")
  }

  async prepare(): Promise<void> {
    await mkdir(this.directory, { recursive: true, mode: 0o700 })
  }

  /** See `Snapshotter.unpackLayer`. */
  async unpack(diffId: string, tar: AsyncIterable<Uint8Array>): Promise<LayerRecord> {
    const digest = parseDigest(diffId)
    const known = await this.find(digest)
    if (known !== undefined) return known
    const name = `${temporaryPrefix}${digestHex(digest).slice(0, 12)}-${randomBytes(6).toString("hex")}`
    const temporary = join(this.directory, name)
    this.unpacking.add(name)
    try {
      return await this.unpackInto(temporary, digest, tar)
    } catch (error) {
      throw errnoOf(error) === undefined ? error : toEngineError(error, "internal", { op: "unpack layer", diffId: digest })
    } finally {
      // After the rename there is nothing of this name.
      await removeTree(temporary)
      this.unpacking.delete(name)
    }
  }

  /** Undefined: not here. */
  async find(diffId: string): Promise<LayerRecord | undefined> {
    const digest = parseDigest(diffId)
    const cached = this.records.get(digest)
    if (cached !== undefined) return cached
    try {
      const record = JSON.parse(await readFile(join(this.directory, digestHex(digest), recordName), "utf8")) as LayerRecord
      this.records.set(digest, record)
      return record
    } catch (error) {
      if (errnoOf(error) === "ENOENT") return undefined
      throw new EngineError("state_corrupt", {
        facts: { diffId: digest },
        cause: error,
        publicMessage: `The record of layer ${digest.slice(0, 19)}… cannot be read. Remove the image and load it again.`,
      })
    }
  }

  /** Rejects with `not_found`. */
  async get(diffId: string): Promise<LayerRecord> {
    const record = await this.find(diffId)
    if (record !== undefined) return record
    throw new EngineError("not_found", {
      facts: { diffId },
      publicMessage: `Layer ${diffId.slice(0, 19)}… is not unpacked here. Load its image again.`,
    })
  }

  async list(): Promise<Digest[]> {
    return (await readdir(this.directory)).map((name) => `sha256:${name}`).filter(isDigest)
  }

  /** Renamed first, so that a crash in the middle leaves no half of a layer under its name. */
  async remove(diffId: string): Promise<void> {
    const digest = parseDigest(diffId)
    this.records.delete(digest)
    const doomed = join(this.directory, `${temporaryPrefix}removed-${randomBytes(6).toString("hex")}`)
    try {
      await rename(join(this.directory, digestHex(digest)), doomed)
    } catch (error) {
      if (errnoOf(error) === "ENOENT") return
      throw error
    }
    await removeTree(doomed)
  }

  /** Removes what unpacks and removals of an earlier process left half done. */
  async sweep(): Promise<void> {
    for (const name of await readdir(this.directory)) {
      if (name.startsWith(temporaryPrefix) && !this.unpacking.has(name)) await removeTree(join(this.directory, name))
    }
  }

  private async unpackInto(temporary: string, diffId: Digest, tar: AsyncIterable<Uint8Array>): Promise<LayerRecord> {
    const tree = join(temporary, "fs")
    await mkdir(tree, { recursive: true })
    // Not by mkdir's mode: the process's umask must not decide who may enter a container's root.
    await chmod(tree, 0o755)
    const counted = new HashedSource(tar)
    const unpacked = await unpackTree(tree, counted.chunks(), { limits: this.limits })
    const actual = counted.digest()
    if (actual !== diffId) throw digestMismatch(diffId, actual)
    const record: LayerRecord = { diffId, tarBytes: counted.bytes, ...unpacked }
    await writeFile(join(temporary, recordName), `${JSON.stringify(record)}\n`)
    await flushFileSystem(temporary)
    await publish(temporary, join(this.directory, digestHex(diffId)))
    await syncDirectory(this.directory)
    this.records.set(diffId, record)
    return record
  }
}

const temporaryPrefix = ".tmp-"
const recordName = "layer.json"

// By the tool: syncfs(2) takes as long as the disk does, and in process it would hold up everything else.
async function flushFileSystem(directory: string): Promise<void> {
  await spawnTool("sync", ["--file-system", "--", directory], { timeoutMs: 0, errorCode: "disk_full" })
}

async function publish(temporary: string, target: string): Promise<void> {
  try {
    await rename(temporary, target)
  } catch (error) {
    // Another unpack of the same layer was quicker: the same bytes.
    if (errnoOf(error) !== "ENOTEMPTY" && errnoOf(error) !== "EEXIST") throw error
  }
}

class HashedSource {
  bytes = 0
  private readonly hash = createHash("sha256")

  constructor(private readonly source: AsyncIterable<Uint8Array>) {}

  async *chunks(): AsyncGenerator<Uint8Array, void, undefined> {
    for await (const chunk of this.source) {
      this.hash.update(chunk)
      this.bytes += chunk.byteLength
      yield chunk
    }
  }

  digest(): Digest {
    return digestOfHex(this.hash.digest("hex"))
  }
}
