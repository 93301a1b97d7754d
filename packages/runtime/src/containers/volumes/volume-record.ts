import { mkdir, readdir, readFile, rename, rm } from "node:fs/promises"
import { join } from "node:path"
import { EngineError, errnoOf } from "../../errors.js"
import { toEngineError } from "../../kernel/system-call-error.js"
import { syncDirectory, writeFileAtomic } from "../../kernel/write-file-atomic.js"

/** The state document of a volume (`root/volumes/<name>/volume.json`); its files are beside it in `_data`, or in the disk file `disk.img`. */
export interface VolumeRecord {
  version: 1
  name: string
  tenant: string
  createdAt: number
  labels: Record<string, string>
  /** Host ids that own it: the root of the tenant's range, or the host's. Absent: nobody has used it yet. */
  owner?: { uid: number; gid: number }
  /** A container had its chance to fill it from its image. */
  used: boolean
  /** Made for this container alone and removed with it. */
  anonymousFor?: string
  /** Its files are in a file system of its own, in `disk.img`, of this promised size. */
  disk?: { sizeBytes: number }
}

/** Reads all records below the directory. A directory without a record is half-made: its path is in `halfMade`. */
export async function loadVolumeRecords(directory: string): Promise<{ records: VolumeRecord[]; halfMade: string[] }> {
  await mkdir(directory, { recursive: true, mode: 0o711 })
  const records: VolumeRecord[] = []
  const halfMade: string[] = []
  for (const entry of await readdir(directory)) {
    const path = join(directory, entry)
    const record = entry.startsWith(".") ? undefined : await readRecord(path)
    if (record === undefined) halfMade.push(path)
    else records.push(record)
  }
  return { records, halfMade }
}

/**
 * Makes the volume's directory under a temporary name, then gives it its own: it is there whole or not at all. `makeFiles` makes the place
 * for its files.
 */
export async function createVolumeDirectory(
  directory: string,
  record: VolumeRecord,
  makeFiles: (directory: string) => Promise<void>,
): Promise<void> {
  const temporary = join(directory, `.new-${record.name}`)
  try {
    await rm(temporary, { recursive: true, force: true })
    await mkdir(temporary, { mode: 0o711 })
    await makeFiles(temporary)
    await writeFileAtomic(join(temporary, recordFile), JSON.stringify(record))
    await rename(temporary, join(directory, record.name))
    await syncDirectory(directory)
  } catch (error) {
    await rm(temporary, { recursive: true, force: true })
    throw toEngineError(error, "internal", { op: "make volume", volume: record.name })
  }
}

/** Replaces the record. */
export function saveVolumeRecord(directory: string, record: VolumeRecord): Promise<void> {
  return writeFileAtomic(join(directory, record.name, recordFile), JSON.stringify(record))
}

/** Removes the volume; from the first step on it is no volume any more. Never follows links. */
export async function removeVolumeDirectory(directory: string, name: string): Promise<void> {
  const doomed = join(directory, `.removing-${name}`)
  await rm(doomed, { recursive: true, force: true })
  try {
    await rename(join(directory, name), doomed)
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return
    throw error
  }
  await syncDirectory(directory)
  await rm(doomed, { recursive: true, force: true })
}

const recordFile = "volume.json"

async function readRecord(path: string): Promise<VolumeRecord | undefined> {
  try {
    return JSON.parse(await readFile(join(path, recordFile), "utf8")) as VolumeRecord
  } catch (error) {
    if (errnoOf(error) === "ENOENT" || errnoOf(error) === "ENOTDIR") return undefined
    throw new EngineError("state_corrupt", {
      facts: { path: join(path, recordFile) },
      cause: error,
      publicMessage: `The record ${join(path, recordFile)} of a volume cannot be read. Restore it, or move the volume's directory away.`,
    })
  }
}
