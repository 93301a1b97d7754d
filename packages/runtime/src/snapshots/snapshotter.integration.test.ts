import { createHash } from "node:crypto"
import { mkdirSync, readdirSync } from "node:fs"
import { join } from "node:path"
import { Readable } from "node:stream"
import { describe, expect, test } from "vitest"
import { mount, unmount } from "../kernel/mount.js"
import { readMounts } from "../kernel/mount-table.js"
import { digestOfHex } from "../spec/digest.js"
import { makeTar } from "../spec/tar/make-tar.js"
import { chooseSnapshotter } from "./choose-snapshotter.js"
import { describeSnapshotter } from "./conformance.js"
import { openCopySnapshotter } from "./copy.js"
import { openOverlaySnapshotter } from "./overlay.js"
import type { Snapshotter } from "./snapshotter.js"
import { makeTestDirectories } from "./testing/test-directories.js"

describeSnapshotter("overlay", openOverlaySnapshotter)
describeSnapshotter("copy", openCopySnapshotter)

describe("choosing", () => {
  test("overlay is taken where it works, and the trial leaves nothing", async () => {
    const place = makeTestDirectories()
    try {
      const chosen = await chooseSnapshotter(place)
      expect(chosen).toMatchObject({ snapshotter: { kind: "overlay" } })
      expect(chosen.remark).toBeUndefined()
      expect(readdirSync(place.root).sort()).toEqual(["canary", "layers", "run", "snapshots"])
      expect(readdirSync(place.idMapped)).toEqual([])
      expect(readMounts().filter(({ target }) => target.startsWith(place.root))).toEqual([])
    } finally {
      place.remove()
    }
  })

  test("a writable layer of the other kind is refused, never shown without what was written; removing it works", async () => {
    const place = makeTestDirectories()
    try {
      const tar = makeTar([{ name: "file", type: "file" }])
      const diffId = digestOfHex(createHash("sha256").update(tar).digest("hex"))
      const both = [await openOverlaySnapshotter(place), await openCopySnapshotter(place)] as const
      await both[0].unpackLayer(diffId, Readable.from([tar]))
      for (const [maker, other] of [both, both.toReversed() as [Snapshotter, Snapshotter]]) {
        await maker.prepare("one", [diffId])
        for (const use of [
          () => other.mount("one", join(place.root, "mounted"), undefined),
          () => other.changes("one"),
          () => other.prepare("one", [diffId]),
        ]) {
          await expect(use()).rejects.toMatchObject({ code: expect.stringMatching(/kernel_feature_missing|conflict/) })
        }
        await other.remove("one")
        expect(await maker.list()).toEqual([])
      }
    } finally {
      place.remove()
    }
  })

  test("copying is taken, with the reason, on a file system that cannot hold an overlay's upper directory", async () => {
    const place = makeTestDirectories()
    const foreign = join(place.root, "foreign")
    mkdirSync(foreign)
    mount({ source: "ramfs", target: foreign, type: "ramfs" })
    try {
      const chosen = await chooseSnapshotter({
        layers: join(foreign, "layers"),
        snapshots: join(foreign, "snapshots"),
        idMapped: join(foreign, "idmapped"),
        disks: join(foreign, "disks"),
      })
      expect(chosen.snapshotter.kind).toBe("copy")
      expect(chosen.remark).toMatch(/\S/)
      expect(readMounts().filter(({ target }) => target.startsWith(`${foreign}/`))).toEqual([])
    } finally {
      unmount(foreign)
      place.remove()
    }
  })
})
