import { chownSync, mkdirSync, statSync, writeFileSync } from "node:fs"
import { mkdir } from "node:fs/promises"
import { dirname, join } from "node:path"
import { EngineError } from "../errors.js"
import { unmount } from "../kernel/mount.js"
import type { IdRange } from "../spec/id-range.js"
import { openCopySnapshotter } from "./copy.js"
import { IdMappedStores } from "./id-mapped-stores.js"
import { mountOverlay } from "./mount-overlay.js"
import { openOverlaySnapshotter } from "./overlay.js"
import { removeTree } from "./remove-tree.js"
import type { Snapshotter, SnapshotterDirectories } from "./snapshotter.js"

export interface ChosenSnapshotter {
  snapshotter: Snapshotter
  /** Why overlayfs was passed over: for the host's abilities. */
  remark?: string
}

/** Opens the overlay snapshotter where a real overlay over id-mapped stores works on these very directories, else the copying one. */
export async function chooseSnapshotter(directories: SnapshotterDirectories): Promise<ChosenSnapshotter> {
  const remark = await tryOverlay(directories)
  if (remark === undefined) return { snapshotter: await openOverlaySnapshotter(directories) }
  return { snapshotter: await openCopySnapshotter(directories), remark }
}

const trialRange: IdRange = { uidBase: 300_000, gidBase: 300_000, size: 65_536 }

/** Mounts, writes, copies up, unmounts. Undefined: it works; else why it does not, in plain words. */
async function tryOverlay(directories: SnapshotterDirectories): Promise<string | undefined> {
  const trial = join(dirname(directories.snapshots), `.overlay-trial-${process.pid}`)
  const stores = { layers: join(trial, "layers"), snapshots: join(trial, "snapshots") }
  const views = new IdMappedStores(join(directories.idMapped, `.trial-${process.pid}`), stores)
  const target = join(trial, "mounted")
  try {
    for (const path of [join(stores.layers, "fs", "below"), join(stores.snapshots, "upper"), join(stores.snapshots, "work"), target])
      await mkdir(path, { recursive: true })
    writeFileSync(join(stores.layers, "fs", "below", "file"), "below")
    const view = await views.view(trialRange)
    mountOverlay({
      layers: [join(view.layers, "fs")],
      upper: join(view.snapshots, "upper"),
      work: join(view.snapshots, "work"),
      target,
      volatile: true,
    })
    return useOverlay(target, stores.snapshots)
  } catch (error) {
    return error instanceof EngineError ? error.publicMessage : String(error)
  } finally {
    unmount(target, { lazy: true })
    await views.releaseAll()
    await removeTree(join(directories.idMapped, `.trial-${process.pid}`))
    await removeTree(trial)
  }
}

function useOverlay(target: string, snapshots: string): string | undefined {
  const seen = statSync(join(target, "below", "file")).uid
  if (seen !== trialRange.uidBase) return `Files in an id-mapped layer belong to ${seen} instead of ${trialRange.uidBase}.`
  writeFileSync(join(target, "below", "file"), "above")
  mkdirSync(join(target, "made"))
  chownSync(join(target, "made"), trialRange.uidBase + 7, trialRange.gidBase + 7)
  const stored = statSync(join(snapshots, "upper", "made")).uid
  return stored === 7 ? undefined : `A file of user 7 in an id-mapped writable layer is stored as ${stored}.`
}
