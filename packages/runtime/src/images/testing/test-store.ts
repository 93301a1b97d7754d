import { readdirSync } from "node:fs"
import { join } from "node:path"
import { Readable } from "node:stream"
import { type ContentStore, openContentStore } from "../../content/content-store.js"
import type { GarbageReport } from "../../engine.js"
import { openOverlaySnapshotter } from "../../snapshots/overlay.js"
import type { Snapshotter } from "../../snapshots/snapshotter.js"
import { makeTestDirectories, type TestDirectories } from "../../snapshots/testing/test-directories.js"
import type { ImageStore } from "../image-store.js"
import { type ImageChange, openImageStore } from "../open-image-store.js"

/** An image store of a test's own, over a real content store and snapshotter. */
export interface TestStore {
  place: TestDirectories
  content: ContentStore
  snapshots: Snapshotter
  images: ImageStore
  /** Containers by image id. */
  users: Map<string, string[]>
  changes: ImageChange[]
  collected: GarbageReport[]
  load(archive: Buffer): ReturnType<ImageStore["load"]>
  /** Opens it anew, as after a restart. */
  reopen(): Promise<ImageStore>
  /** Names of everything on disk that belongs to images. */
  onDisk(): { blobs: string[]; staging: string[]; layers: string[] }
  remove(): Promise<void>
}

export async function makeTestStore(options: { now?: () => number } = {}): Promise<TestStore> {
  const place = makeTestDirectories()
  const content = await openContentStore(join(place.root, "content"))
  const snapshots = await openOverlaySnapshotter(place)
  const users = new Map<string, string[]>()
  const changes: ImageChange[] = []
  const collected: GarbageReport[] = []
  const open = () =>
    openImageStore({
      directory: join(place.root, "images"),
      content,
      snapshots,
      usage: (id) => users.get(id) ?? [],
      // Nobody waits for a registry that a test makes fail.
      clock: { now: options.now ?? (() => Date.UTC(2026, 5, 1)), sleep: async () => undefined },
      onChange: (change) => void changes.push(change),
      onCollect: (report) => void collected.push(report),
      platform: { os: "linux", architecture: "amd64" },
    })
  const images = await open()
  return {
    place,
    content,
    snapshots,
    images,
    users,
    changes,
    collected,
    load: (archive) => images.load(Readable.from([archive])),
    reopen: open,
    onDisk: () => ({
      blobs: readdirSync(join(place.root, "content/blobs/sha256")).sort(),
      staging: readdirSync(join(place.root, "content/staging")),
      layers: readdirSync(place.layers).sort(),
    }),
    remove: async () => {
      await snapshots.releaseAll()
      place.remove()
    },
  }
}
