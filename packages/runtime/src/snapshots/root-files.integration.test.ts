import { type ChildProcess, execFileSync, spawn } from "node:child_process"
import { once } from "node:events"
import {
  chmodSync,
  existsSync,
  lchownSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from "node:fs"
import { join } from "node:path"
import { Readable } from "node:stream"
import { buffer } from "node:stream/consumers"
import { inspect } from "node:util"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { isEngineError } from "../errors.js"
import type { IdRange } from "../spec/id-range.js"
import { makeTar, type TarItem } from "../spec/tar/make-tar.js"
import { readTar, type TarEntry } from "../spec/tar/read-tar.js"
import { rootFiles } from "./root-files.js"
import { hostileArchives } from "./testing/hostile-archives.js"
import { makeTestDirectories, type TestDirectories } from "./testing/test-directories.js"

const range: IdRange = { uidBase: 400_000, gidBase: 400_000, size: 65_536 }

describe("files inside of a root", () => {
  let place: TestDirectories
  let root: string
  beforeEach(() => {
    place = makeTestDirectories()
    root = join(place.root, "root")
    mkdirSync(join(root, "etc/sub"), { recursive: true })
    writeFileSync(join(root, "etc/passwd"), "root:x:0:0::/:/bin/sh\n")
    writeFileSync(join(root, "etc/sub/deep"), "deep")
    mkdirSync(join(root, "usr/lib"), { recursive: true })
    symlinkSync("usr/lib", join(root, "lib"))
    symlinkSync("/usr/lib", join(root, "absolute"))
    symlinkSync(place.canary, join(root, "escape"))
    symlinkSync(`../../../../../../..${place.canary}`, join(root, "climb"))
    symlinkSync(`${place.canary}/file`, join(root, "escape-file"))
    symlinkSync("loop", join(root, "loop"))
    execFileSync("mkfifo", [join(root, "pipe")])
    for (const path of ["etc", "etc/passwd", "usr/lib"]) lchownSync(join(root, path), range.uidBase + 5, range.gidBase + 6)
  })
  afterEach(() => place.remove())

  const copyIn = (path: string, items: TarItem[] | Buffer, idRange: IdRange | undefined = range) =>
    rootFiles.copyIn(root, path, Readable.from([Buffer.isBuffer(items) ? items : makeTar(items)]), idRange)
  const copyOut = async (path: string) => {
    const { stat, tar } = await rootFiles.copyOut(root, path, range)
    const entries = new Map<string, TarEntry["header"] & { data: string }>()
    for await (const entry of readTar(tar, { requireEnd: true }))
      entries.set(entry.header.name.toString(), { ...entry.header, data: (await buffer(entry.data())).toString() })
    return { stat, entries }
  }

  describe("stat and list", () => {
    test("say what the container sees: its own ids, links not followed", async () => {
      expect(await rootFiles.stat(root, "/etc/passwd", range)).toMatchObject({
        name: "passwd",
        path: "/etc/passwd",
        kind: "file",
        sizeBytes: 22,
        uid: 5,
        gid: 6,
      })
      expect(await rootFiles.stat(root, "/etc/sub/deep", range)).toMatchObject({ uid: 65_534, gid: 65_534 })
      expect(await rootFiles.stat(root, "etc//./passwd", undefined)).toMatchObject({ path: "/etc/passwd", uid: range.uidBase + 5 })
      expect(await rootFiles.stat(root, "/escape", range)).toMatchObject({ kind: "symlink", linkTarget: place.canary })
      expect(await rootFiles.stat(root, "/pipe", range)).toMatchObject({ kind: "fifo" })
      for (const path of ["/", "", ".", "/..", "/../.."])
        expect(await rootFiles.stat(root, path, range)).toMatchObject({ kind: "directory" })
      expect((await rootFiles.list(root, "/", range)).map(({ name }) => name)).toEqual([
        "absolute",
        "climb",
        "escape",
        "escape-file",
        "etc",
        "lib",
        "loop",
        "pipe",
        "usr",
      ])
      expect(await rootFiles.list(root, "/etc", range)).toMatchObject([{ path: "/etc/passwd" }, { path: "/etc/sub" }])
    })

    test("follow links on the way inside of the root, and never out of it", async () => {
      writeFileSync(join(root, "usr/lib/x"), "x")
      for (const path of ["/lib/x", "/absolute/x", "/lib/../lib/x"])
        expect(await rootFiles.stat(root, path, range)).toMatchObject({ kind: "file" })
      for (const path of ["/escape/file", "/climb/file", "/escape/", "/../../../../../../etc/hostname"])
        await expect(rootFiles.stat(root, path, range), path).rejects.toMatchObject({ code: "not_found" })
      await expect(rootFiles.list(root, "/escape", range)).rejects.toMatchObject({ code: "not_found" })
    })

    test("refuse what is no path, with a reason", async () => {
      await expect(rootFiles.stat(root, "/none", range)).rejects.toMatchObject({
        code: "not_found",
        publicMessage: "There is no /none in the container.",
      })
      await expect(rootFiles.list(root, "/etc/passwd", range)).rejects.toMatchObject({ code: "invalid_argument" })
      await expect(rootFiles.stat(root, "/etc/passwd/x", range)).rejects.toMatchObject({ code: "invalid_argument" })
      await expect(rootFiles.stat(root, "/loop/x", range)).rejects.toMatchObject({ code: "invalid_argument" })
      await expect(rootFiles.stat(root, "/a\0b", range)).rejects.toMatchObject({ code: "invalid_argument" })
      await expect(rootFiles.stat(root, "x/".repeat(4000), range)).rejects.toMatchObject({ code: "invalid_argument" })
      await expect(rootFiles.stat(join(place.root, "gone"), "/", range)).rejects.toMatchObject({ code: "not_found" })
    })
  })

  describe("readText", () => {
    test("reads through links inside, and is undefined for what is not a file there", async () => {
      symlinkSync("/etc/passwd", join(root, "usr/lib/link"))
      expect(await rootFiles.readText(root, "/lib/link", 1000)).toContain("root:x")
      for (const path of ["/none", "/etc", "/pipe", "/escape-file", "/escape/file", "/climb/file", "/loop"])
        expect(await rootFiles.readText(root, path, 1000), path).toBeUndefined()
    })

    test("a file that is larger than the bound is refused, not read", async () => {
      expect(await rootFiles.readText(root, "/etc/passwd", 22)).toHaveLength(22)
      await expect(rootFiles.readText(root, "/etc/passwd", 21)).rejects.toMatchObject({ code: "unsupported" })
    })
  })

  describe("copyOut", () => {
    test("has the path's last name on top, the container's ids, and links as links", async () => {
      linkSync(join(root, "etc/passwd"), join(root, "etc/second"))
      const { stat, entries } = await copyOut("/etc/")
      expect(stat).toMatchObject({ kind: "directory", name: "etc" })
      expect([...entries.keys()]).toEqual(["etc/", "etc/passwd", "etc/second", "etc/sub/", "etc/sub/deep"])
      expect(entries.get("etc/passwd")).toMatchObject({ uid: 5, gid: 6, data: "root:x:0:0::/:/bin/sh\n" })
      expect(entries.get("etc/second")).toMatchObject({ type: "hard-link" })
      expect((await copyOut("/escape-file")).entries.get("escape-file")).toMatchObject({ type: "symlink", data: "" })
      expect([...(await copyOut("/lib/../../etc/passwd")).entries.keys()]).toEqual(["passwd"])
      expect((await copyOut("/")).entries.has("./etc/passwd")).toBe(true)
    })

    test("of what is not there is not_found; a tar that nobody reads holds nothing open", async () => {
      await expect(rootFiles.copyOut(root, "/none", range)).rejects.toMatchObject({ code: "not_found" })
      const before = readdirSync("/proc/self/fd").length
      for (let round = 0; round < 20; round++) {
        const { tar } = await rootFiles.copyOut(root, "/etc", range)
        tar.destroy()
        await once(tar, "close")
      }
      expect(readdirSync("/proc/self/fd").length).toBeLessThanOrEqual(before + 1)
    })
  })

  describe("copyIn", () => {
    test("writes with the range's owners, modes and times, and makes missing directories", async () => {
      await copyIn("/usr", [
        { name: "local/bin/tool", type: "file", mode: 0o4755, uid: 1000, gid: 50, data: "tool", modifiedNs: 1_600_000_000_000_000_000n },
        { name: "share/", type: "directory", mode: 0o700, uid: 7, modifiedNs: 1_500_000_000_000_000_000n },
        { name: "share/link", type: "symlink", linkName: "/anywhere", uid: 8 },
        { name: "share/hard", type: "hard-link", linkName: "local/bin/tool" },
        { name: "share/pipe", type: "fifo" },
        { name: "share/null", type: "character-device", deviceMajor: 1, deviceMinor: 3 },
        { name: "share/.wh.name", type: "file", data: "just a name" },
      ])
      expect(lstatSync(join(root, "usr/local/bin/tool"))).toMatchObject({
        mode: 0o104755,
        uid: range.uidBase + 1000,
        gid: range.gidBase + 50,
        mtimeMs: 1_600_000_000_000,
        nlink: 2,
      })
      expect(lstatSync(join(root, "usr/local"))).toMatchObject({ uid: range.uidBase, gid: range.gidBase })
      expect(lstatSync(join(root, "usr/share"))).toMatchObject({ mode: 0o40700, uid: range.uidBase + 7, mtimeMs: 1_500_000_000_000 })
      expect(lstatSync(join(root, "usr/share/link")).uid).toBe(range.uidBase + 8)
      expect(readdirSync(join(root, "usr/share")).sort()).toEqual([".wh.name", "hard", "link", "pipe"])
    })

    test("replaces files and links, keeps directories and links to directories, and refuses to mix them up", async () => {
      await copyIn("/", [
        { name: "escape-file", type: "file", data: "mine" },
        { name: "lib/", type: "directory" },
        { name: "lib/added", type: "file" },
        { name: "etc/", type: "directory", mode: 0o711 },
      ])
      expect(readFileSync(join(root, "escape-file"), "utf8")).toBe("mine")
      expect(readlinkSync(join(root, "lib"))).toBe("usr/lib")
      expect(existsSync(join(root, "usr/lib/added"))).toBe(true)
      expect(readFileSync(join(root, "etc/passwd"), "utf8")).toContain("root")
      await expect(copyIn("/", [{ name: "etc", type: "file" }])).rejects.toMatchObject({ code: "conflict" })
      await expect(copyIn("/", [{ name: "etc/passwd/", type: "directory" }])).rejects.toMatchObject({ code: "conflict" })
    })

    test("into what is no directory, or with owners the container does not have, is refused", async () => {
      await expect(copyIn("/none", [])).rejects.toMatchObject({ code: "not_found" })
      await expect(copyIn("/etc/passwd", [])).rejects.toMatchObject({ code: "invalid_argument" })
      await expect(copyIn("/escape", [{ name: "x", type: "file" }])).rejects.toMatchObject({ code: "not_found" })
      await expect(copyIn("/", [{ name: "x", type: "file", uid: 65_536 }])).rejects.toMatchObject({ code: "archive_unsafe" })
    })

    test("an archive that is cut off is archive_invalid, and no half file stays", async () => {
      const tar = makeTar([
        { name: "whole", type: "file", data: "w" },
        { name: "half", type: "file", data: "x".repeat(5000) },
      ])
      await expect(copyIn("/", tar.subarray(0, 4000))).rejects.toMatchObject({ code: "archive_invalid" })
      expect([existsSync(join(root, "whole")), existsSync(join(root, "half"))]).toEqual([true, false])
    })

    test.each(hostileArchives("/canary").map(({ what }) => what))("stays inside: %s", async (what) => {
      const hostile = hostileArchives(place.canary).find((candidate) => candidate.what === what)
      if (hostile === undefined) return expect.unreachable("no such archive")
      const before = place.canaryState()
      const outcome = await copyIn("/", hostile.tar).then(
        () => undefined,
        (error: unknown) => error,
      )
      if (outcome !== undefined) expect(isEngineError(outcome), inspect(outcome)).toBe(true)
      expect(place.canaryState()).toBe(before)
    })
  })

  describe("while the container swaps a directory for a link that leads out", () => {
    let swapper: ChildProcess
    beforeEach(async () => {
      mkdirSync(join(root, "swap/in"), { recursive: true })
      writeFileSync(join(root, "swap/file"), "inside")
      writeFileSync(join(root, "swap/in/file"), "inside")
      symlinkSync(place.canary, join(root, "other"))
      chmodSync(join(root, "swap"), 0o777)
      const script = `const fs=require("node:fs");process.chdir(process.argv[1]);process.stdout.write("go");for(;;){try{fs.renameSync("swap","tmp");fs.renameSync("other","swap");fs.renameSync("tmp","other")}catch{}}`
      swapper = spawn(process.execPath, ["-e", script, root], { stdio: ["ignore", "pipe", "inherit"] })
      if (swapper.stdout !== null) await once(swapper.stdout, "data")
    })
    afterEach(async () => {
      swapper.kill("SIGKILL")
      await once(swapper, "close")
    })

    test("nothing is read from outside and nothing changed there", async () => {
      const before = place.canaryState()
      const seen: string[] = []
      let worked = 0
      const attempt = async (action: () => Promise<string>): Promise<void> => {
        try {
          seen.push(await action())
          worked++
        } catch (error) {
          if (!isEngineError(error)) throw error
        }
      }
      for (let round = 0; round < 200; round++) {
        await attempt(() =>
          copyIn("/swap", [
            { name: "file", type: "file", data: "evil", mode: 0o777 },
            { name: "sub/", type: "directory", mode: 0o777 },
            { name: "in/new", type: "file", data: "evil" },
          ]).then(() => ""),
        )
        await attempt(async () => JSON.stringify(await rootFiles.list(root, "/swap", range)))
        await attempt(async () => (await rootFiles.readText(root, "/swap/file", 1000)) ?? "")
        await attempt(async () => (await buffer((await rootFiles.copyOut(root, "/swap", range)).tar)).toString("latin1"))
        await attempt(async () => (await buffer((await rootFiles.copyOut(root, "/", range)).tar)).toString("latin1"))
      }
      expect(worked).toBeGreaterThan(50)
      expect(seen.some((text) => text.includes("untouched"))).toBe(false)
      expect(place.canaryState()).toBe(before)
    })
  })
})
