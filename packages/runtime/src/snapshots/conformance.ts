import { execFileSync } from "node:child_process"
import { createHash } from "node:crypto"
import {
  chmodSync,
  copyFileSync,
  existsSync,
  lchownSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs"
import { join } from "node:path"
import { Readable } from "node:stream"
import { buffer } from "node:stream/consumers"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { getAttribute } from "../kernel/file-calls.js"
import { readMounts } from "../kernel/mount-table.js"
import { openUserNamespace } from "../kernel/user-namespace.js"
import { digestOfHex } from "../spec/digest.js"
import type { IdRange } from "../spec/id-range.js"
import { makeTar, type TarItem } from "../spec/tar/make-tar.js"
import { readTar, type TarEntry } from "../spec/tar/read-tar.js"
import type { Snapshotter, SnapshotterDirectories } from "./snapshotter.js"
import { makeTestDirectories, runAs, type TestDirectories } from "./testing/test-directories.js"

const range: IdRange = { uidBase: 400_000, gidBase: 400_000, size: 65_536 }
const otherRange: IdRange = { uidBase: 500_000, gidBase: 500_000, size: 65_536 }
/** cap_net_bind_service, permitted and effective (version 2). */
const capability = Buffer.from([1, 0, 0, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])

const base: TarItem[] = [
  { name: "./", type: "directory", mode: 0o755 },
  { name: "etc/", type: "directory" },
  { name: "etc/passwd", type: "file", data: "root:x:0:0::/:/bin/sh\n" },
  { name: "etc/shadow", type: "file", mode: 0o640, gid: 42, data: "secret" },
  { name: "home/app/", type: "directory", mode: 0o700, uid: 1000, gid: 1000 },
  { name: "tmp/", type: "directory", mode: 0o1777 },
  { name: "data/one", type: "file", data: "1" },
  { name: "data/two", type: "file", data: "2" },
  { name: "data/three", type: "file", data: "3" },
  { name: "old/a", type: "file", data: "a" },
  { name: "old/b", type: "file", data: "b" },
  { name: "twin-1", type: "file", data: "twins" },
  { name: "twin-2", type: "hard-link", linkName: "twin-1" },
  { name: "null", type: "character-device", mode: 0o666, deviceMajor: 1, deviceMinor: 3 },
]

const above: TarItem[] = [
  { name: "data/.wh.two", type: "file" },
  { name: "old/.wh..wh..opq", type: "file" },
  { name: "old/c", type: "file", data: "c" },
  { name: "data/one", type: "file", data: "changed above" },
]

/** What every snapshotter must do. `open` is called with fresh directories. */
export function describeSnapshotter(name: string, open: (directories: SnapshotterDirectories) => Promise<Snapshotter>): void {
  describe(`${name} snapshotter`, () => {
    let place: TestDirectories
    let snapshots: Snapshotter
    let target: string
    beforeEach(async () => {
      place = makeTestDirectories()
      snapshots = await open(place)
      target = join(place.root, "mounted")
    })
    afterEach(async () => {
      for (const { target: mounted } of readMounts()) if (mounted.startsWith(`${place.root}/mounted`)) await snapshots.unmount("", mounted)
      await snapshots.releaseAll()
      expect(readMounts().filter((entry) => entry.target.startsWith(place.root))).toEqual([])
      place.remove()
    })

    async function unpack(items: TarItem[]): Promise<string> {
      const tar = makeTar(items)
      const diffId = digestOfHex(createHash("sha256").update(tar).digest("hex"))
      await snapshots.unpackLayer(diffId, Readable.from([tar]))
      return diffId
    }

    async function mounted(idRange: IdRange | "host" = range, layers: TarItem[][] = [base, above]): Promise<string> {
      const diffIds: string[] = []
      for (const layer of layers) diffIds.push(await unpack(layer))
      await snapshots.prepare("one", diffIds)
      await snapshots.mount("one", target, idRange === "host" ? undefined : idRange)
      return target
    }

    const read = (path: string) => readFileSync(join(target, path), "utf8")
    const exported = async (id = "one") => {
      const entries = new Map<string, TarEntry["header"] & { data: string }>()
      for await (const entry of readTar(Readable.from([await buffer(await snapshots.exportChanges(id))]), { requireEnd: true })) {
        entries.set(entry.header.name.toString().replace(/\/$/, ""), { ...entry.header, data: (await buffer(entry.data())).toString() })
      }
      return entries
    }

    test("shows the layers over each other, whiteouts and opaque directories applied", async () => {
      await mounted()
      expect(readdirSync(join(target, "data")).sort()).toEqual(["one", "three"])
      expect(readdirSync(join(target, "old"))).toEqual(["c"])
      expect(read("data/one")).toBe("changed above")
      expect(lstatSync(join(target, "twin-1")).ino).toBe(lstatSync(join(target, "twin-2")).ino)
      expect(lstatSync(join(target, "tmp")).mode).toBe(0o41777)
    })

    test("shows owners shifted into the range, and works for the range's users as for the image's", async () => {
      await mounted()
      expect(lstatSync(join(target, "etc/shadow"))).toMatchObject({ uid: range.uidBase, gid: range.gidBase + 42, mode: 0o100640 })
      expect(lstatSync(join(target, "home/app"))).toMatchObject({ uid: range.uidBase + 1000 })
      expect(lstatSync(target)).toMatchObject({ uid: range.uidBase, gid: range.gidBase })
      runAs(range.uidBase + 1000, target, "sh", "-c", "echo mine > home/app/file; mkdir tmp/dir")
      expect(lstatSync(join(target, "home/app/file"))).toMatchObject({ uid: range.uidBase + 1000, gid: range.gidBase + 1000 })
      expect(() => runAs(range.uidBase + 1000, target, "cat", "etc/shadow")).toThrow()
      expect(() => runAs(500_000, target, "ls", "home/app")).toThrow()
    })

    test("shows owners unchanged for the host's user namespace", async () => {
      await mounted("host")
      expect(lstatSync(join(target, "etc/shadow"))).toMatchObject({ uid: 0, gid: 42 })
      expect(lstatSync(join(target, "home/app"))).toMatchObject({ uid: 1000 })
    })

    test("device files do not work", async () => {
      await mounted()
      expect(lstatSync(join(target, "null")).isCharacterDevice()).toBe(true)
      expect(() => readFileSync(join(target, "null"))).toThrow(expect.objectContaining({ code: "EACCES" }))
    })

    test("file capabilities of the image, and those that the container's root sets, work inside of the user namespace", async () => {
      const program: TarItem = { name: "capable", type: "file", mode: 0o755, data: readFileSync("/bin/cat") }
      await mounted(range, [
        base,
        [
          { ...program, attributes: new Map([["security.capability", capability]]) },
          { ...program, name: "plain" },
        ],
      ])
      const namespace = await openUserNamespace(range)
      const inside = (id: number, ...command: string[]) =>
        execFileSync("nsenter", [`--user=/proc/${process.pid}/fd/${namespace.fd}`, `--setuid=${id}`, `--setgid=${id}`, "--", ...command], {
          encoding: "utf8",
        })
      const effective = (name: string) => /^CapEff:\s*([0-9a-f]+)/m.exec(inside(1000, join(target, name), "/proc/self/status"))?.[1]
      try {
        expect([effective("capable"), effective("plain")]).toEqual(["0000000000000400", "0000000000000000"])
        inside(0, "setcap", "cap_net_bind_service=ep", join(target, "plain"))
        inside(0, "chmod", "700", join(target, "capable"))
        inside(0, "chmod", "755", join(target, "capable"))
        expect([effective("capable"), effective("plain")]).toEqual(["0000000000000400", "0000000000000400"])
        expect((await exported()).get("plain")?.attributes.get("security.capability")).toEqual(capability)
      } finally {
        namespace.close()
      }
    })

    test("snapshots over the same layers do not see each other, nor change the layers", async () => {
      await mounted()
      const diffIds = await snapshots.listLayers()
      await snapshots.prepare("two", [await unpack(base), await unpack(above)])
      await snapshots.mount("two", `${target}-2`, otherRange)
      writeFileSync(join(target, "data/one"), "from one")
      rmSync(join(target, "etc/passwd"))
      expect(readFileSync(join(`${target}-2`, "data/one"), "utf8")).toBe("changed above")
      expect(lstatSync(join(`${target}-2`, "etc/passwd")).uid).toBe(otherRange.uidBase)
      expect(diffIds).toHaveLength(2)
    })

    test("reports what was added, modified and deleted, and nothing else", async () => {
      await mounted()
      expect(await snapshots.changes("one")).toEqual([])
      writeFileSync(join(target, "data/one"), "rewritten")
      rmSync(join(target, "data/three"))
      mkdirSync(join(target, "fresh"))
      writeFileSync(join(target, "fresh/file"), "new")
      chmodSync(join(target, "etc/passwd"), 0o600)
      rmSync(join(target, "old"), { recursive: true })
      writeFileSync(join(target, "tmp/short-lived"), "x")
      rmSync(join(target, "tmp/short-lived"))
      const changes = new Map((await snapshots.changes("one")).map(({ path, kind }) => [path, kind]))
      expect(Object.fromEntries(changes)).toMatchObject({
        "/data/one": "modified",
        "/data/three": "deleted",
        "/fresh": "added",
        "/fresh/file": "added",
        "/etc/passwd": "modified",
        "/old": "deleted",
      })
      const files = [...changes.keys()].filter((path) => !["/data", "/etc", "/tmp"].includes(path))
      expect(files.sort()).toEqual(["/data/one", "/data/three", "/etc/passwd", "/fresh", "/fresh/file", "/old"])
    })

    test("a directory that was deleted and made anew hides what it had", async () => {
      await mounted()
      rmSync(join(target, "data"), { recursive: true })
      mkdirSync(join(target, "data"))
      writeFileSync(join(target, "data/other"), "o")
      const changes = await snapshots.changes("one")
      expect(changes).toContainEqual({ path: "/data/one", kind: "deleted" })
      expect(changes).toContainEqual({ path: "/data/other", kind: "added" })
    })

    test("exported changes, unpacked as a layer over the same layers, give the same files, owners as in the image", async () => {
      await mounted()
      writeFileSync(join(target, "data/one"), "rewritten")
      lchownSync(join(target, "data/one"), range.uidBase + 33, range.gidBase + 44)
      rmSync(join(target, "data/three"))
      rmSync(join(target, "old"), { recursive: true })
      mkdirSync(join(target, "old"))
      writeFileSync(join(target, "old/fresh"), "f")
      copyFileSync(join(target, "twin-1"), join(target, "third"))
      execFileSync("ln", [join(target, "third"), join(target, "fourth")])
      execFileSync("ln", ["--symbolic", "/nowhere", join(target, "dangling")])
      const entries = await exported()
      expect(entries.get("data/one")).toMatchObject({ uid: 33, gid: 44, data: "rewritten" })
      expect(entries.get("data/.wh.three")).toMatchObject({ type: "file", dataBytes: 0 })
      const links = [entries.get("third"), entries.get("fourth")].map((entry) => entry?.type).sort()
      expect(links).toEqual(["file", "hard-link"])
      const tar = await buffer(await snapshots.exportChanges("one"))
      const diffId = digestOfHex(createHash("sha256").update(tar).digest("hex"))
      await snapshots.unpackLayer(diffId, Readable.from([tar]))
      await snapshots.prepare("again", [await unpack(base), await unpack(above), diffId])
      await snapshots.mount("again", `${target}-again`, range)
      expect(
        execFileSync("diff", ["--recursive", "--no-dereference", "--exclude=null", target, `${target}-again`], { encoding: "utf8" }),
      ).toBe("")
      expect(lstatSync(join(`${target}-again`, "data/one"))).toMatchObject({ uid: range.uidBase + 33, gid: range.gidBase + 44 })
    })

    test("a file capability that the engine's own root set is exported in the form that images have", async () => {
      await mounted()
      writeFileSync(join(target, "capable"), "x", { mode: 0o755 })
      execFileSync("setcap", ["cap_net_bind_service=ep", join(target, "capable")])
      expect((await exported()).get("capable")?.attributes.get("security.capability")).toEqual(capability)
    })

    test("measures what the container wrote", async () => {
      await mounted()
      const before = await snapshots.usage("one")
      writeFileSync(join(target, "data/large"), Buffer.alloc(1 << 20, 1))
      execFileSync("sync", ["--file-system", target])
      expect((await snapshots.usage("one")) - before).toBeGreaterThanOrEqual(1 << 20)
      expect((await snapshots.usage("one")) - before).toBeLessThan((1 << 20) + 65_536)
    })

    test("what was written is there after unmounting and mounting again; both may be repeated", async () => {
      await mounted()
      writeFileSync(join(target, "kept"), "kept")
      await snapshots.mount("one", target, range)
      await snapshots.unmount("one", target)
      await snapshots.unmount("one", target)
      expect(existsSync(join(target, "kept"))).toBe(false)
      await snapshots.mount("one", target, range)
      expect(read("kept")).toBe("kept")
    })

    test("the process's umask does not decide who may enter the root and implied directories", async () => {
      const umask = process.umask(0o077)
      try {
        await mounted(range, [[{ name: "implied/sub/file", type: "file", data: "readable" }]])
      } finally {
        process.umask(umask)
      }
      chmodSync(place.root, 0o711)
      expect([lstatSync(target).mode, lstatSync(join(target, "implied/sub")).mode]).toEqual([0o40755, 0o40755])
      expect(runAs(range.uidBase + 1000, "/", "cat", join(target, "implied/sub/file"))).toBe("readable")
    })

    test("one that is mounted as volatile can be unmounted and mounted again, either way", async () => {
      await mounted()
      await snapshots.unmount("one", target)
      for (const volatile of [true, true, false, true]) {
        await snapshots.mount("one", target, range, { volatile })
        execFileSync("sh", ["-c", 'echo x >> "$1"', "sh", join(target, "data/one")])
        await snapshots.unmount("one", target)
      }
      await snapshots.mount("one", target, range)
      expect(read("data/one")).toBe("changed abovex\nx\nx\nx\n")
    })

    test("a snapshotter opened anew, as after a restart, finds everything and mounts it again", async () => {
      await mounted()
      writeFileSync(join(target, "kept"), "kept")
      const reopened = await open(place)
      await reopened.sweep()
      expect(await reopened.list()).toEqual(["one"])
      await reopened.mount("one", target, range)
      expect(read("kept")).toBe("kept")
      await reopened.prepare("two", await reopened.listLayers())
      await reopened.mount("two", `${target}-2`, range)
      expect(lstatSync(join(`${target}-2`, "home/app")).uid).toBe(range.uidBase + 1000)
    })

    test("preparing twice is one snapshot; from other layers it is a conflict", async () => {
      const layers = [await unpack(base), await unpack(above)]
      await Promise.all([snapshots.prepare("one", layers), snapshots.prepare("one", layers)])
      await expect(snapshots.prepare("one", layers.slice(0, 1))).rejects.toMatchObject({ code: "conflict" })
      expect(await snapshots.list()).toEqual(["one"])
      expect(readdirSync(place.snapshots)).toEqual(["one"])
    })

    test("a layer or a snapshot that is not there is not_found", async () => {
      await expect(snapshots.prepare("one", [digestOfHex("0".repeat(64))])).rejects.toMatchObject({ code: "not_found" })
      await expect(snapshots.mount("none", target, range)).rejects.toMatchObject({ code: "not_found" })
      await expect(snapshots.usage("none")).rejects.toMatchObject({ code: "not_found" })
      await expect(snapshots.changes("none")).rejects.toMatchObject({ code: "not_found" })
      await expect(snapshots.layerSize(digestOfHex("0".repeat(64)))).rejects.toMatchObject({ code: "not_found" })
      await snapshots.remove("none")
      await snapshots.removeLayer(digestOfHex("0".repeat(64)))
    })

    test.each(["", ".", "..", "../canary", "a/b", ".tmp-x", "-x", "a\0b"])("the snapshot id %j is refused", async (id) => {
      await expect(snapshots.remove(id)).rejects.toMatchObject({ code: "invalid_argument" })
    })

    test("removing follows no link, and removes a tree that is deeper than the longest path", async () => {
      await mounted()
      const before = place.canaryState()
      execFileSync("ln", ["--symbolic", place.canary, join(target, "to-canary")])
      execFileSync("sh", [
        "-c",
        'cd "$1" && i=0; while [ $i -lt 30 ]; do d=$(printf "%0200d" $i); mkdir "$d" && cd -P "$d" || exit 1; i=$((i+1)); done; touch bottom',
        "sh",
        target,
      ])
      expect(await snapshots.usage("one")).toBeGreaterThan(30 * 512)
      await snapshots.unmount("one", target)
      await snapshots.remove("one")
      await snapshots.remove("one")
      expect(readdirSync(place.snapshots)).toEqual([])
      expect(place.canaryState()).toBe(before)
    })

    test("sweeping removes what a crash left half made", async () => {
      await snapshots.prepare("one", [await unpack(base)])
      mkdirSync(join(place.snapshots, ".tmp-left", "upper"), { recursive: true })
      mkdirSync(join(place.layers, ".tmp-left", "fs"), { recursive: true })
      await snapshots.sweep()
      expect(readdirSync(place.snapshots)).toEqual(["one"])
      expect(readdirSync(place.layers)).toHaveLength(1)
    })

    test("a link that is swapped in while changes are exported leads nowhere", async () => {
      await mounted()
      mkdirSync(join(target, "swap"))
      writeFileSync(join(target, "swap/file"), "inside")
      const archive = snapshots.exportChanges("one")
      rmSync(join(target, "swap"), { recursive: true })
      execFileSync("ln", ["--symbolic", place.canary, join(target, "swap")])
      expect((await buffer(await archive)).includes("untouched")).toBe(false)
    })

    test("many layers are mounted, more than one page of options can name", async () => {
      await mounted(
        range,
        Array.from({ length: 60 }, (_, index): TarItem[] => [{ name: `layer-${index}`, type: "file", data: String(index) }]),
      )
      expect(readdirSync(target)).toHaveLength(60)
      expect(read("layer-59")).toBe("59")
    })

    test("extended attributes of users are kept and exported", async () => {
      await mounted(range, [base, [{ name: "noted", type: "file", attributes: new Map([["user.note", Buffer.from([1, 0, 255])]]) }]])
      expect(getAttribute(join(target, "noted"), "user.note")).toEqual(Buffer.from([1, 0, 255]))
      chmodSync(join(target, "noted"), 0o600)
      expect((await exported()).get("noted")?.attributes.get("user.note")).toEqual(Buffer.from([1, 0, 255]))
    })
  })
}
