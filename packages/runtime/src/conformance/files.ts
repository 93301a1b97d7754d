import { Readable } from "node:stream"
import { extract } from "tar-stream"
import { describe, expect, it } from "vitest"
import { expectRefusal, type Harness, idle, script } from "./harness.js"
import { makeTar, readAll, streamOf, type TarFile } from "./test-image.js"

export function filesConformance(harness: Harness): void {
  describe("diff", () => {
    it("tells what was added, changed and deleted", async (context) => {
      harness.needs(context, "diff")
      const { id } = await harness.run(script("echo x > /tmp/new; echo y >> /etc/motd; rm /seed/file; mkdir /dir; echo z > /dir/inner"))
      const changes = Object.fromEntries((await harness.engine.containers.diff(id)).map((change) => [change.path, change.kind]))
      expect(changes).toMatchObject({
        "/tmp/new": "added",
        "/etc/motd": "modified",
        "/seed/file": "deleted",
        "/dir": "added",
        "/dir/inner": "added",
      })
      expect(changes).not.toHaveProperty("/bin/busybox")
    })

    it("of an untouched container is empty", async (context) => {
      harness.needs(context, "diff")
      expect(await harness.engine.containers.diff((await harness.create()).id)).toEqual([])
    })
  })

  describe("copy", () => {
    it("out gives a tar whose top entry is the path's last name", async (context) => {
      harness.needs(context, "copy")
      const { id } = await harness.run(
        script("mkdir -p /data/sub; echo one > /data/a; echo two > /data/sub/b; ln -s a /data/link; chmod 600 /data/a"),
      )
      const { stat, tar } = await harness.engine.containers.copyOut(id, "/data")
      expect(stat).toMatchObject({ name: "data", kind: "directory" })
      const files = await unpack(tar)
      expect(Object.keys(files).sort()).toEqual(["data", "data/a", "data/link", "data/sub", "data/sub/b"])
      expect(files["data/a"]).toMatchObject({ data: "one\n", mode: 0o600, uid: 0, gid: 0 })
      expect(files["data/link"]).toMatchObject({ type: "symlink", linkname: "a" })
    })

    it("in unpacks below a directory, with owners as inside of the container", async (context) => {
      harness.needs(context, "copy")
      const { id } = await harness.start()
      const tar = await makeTar([
        { name: "in", type: "directory" },
        { name: "in/file", data: "content", mode: 0o640, uid: 1000, gid: 1001 },
        { name: "in/link", type: "symlink", linkname: "file" },
      ])
      await harness.engine.containers.copyIn(id, "/tmp", streamOf(tar))
      expect((await harness.exec(id, ["stat", "-c", "%a %u:%g", "/tmp/in/file"])).stdout).toBe("640 1000:1001\n")
      expect((await harness.exec(id, ["cat", "/tmp/in/link"])).stdout).toBe("content")
      expect(Object.keys(await unpack((await harness.engine.containers.copyOut(id, "/tmp/in/file")).tar))).toEqual(["file"])
    })

    it("works while it does not run", async (context) => {
      harness.needs(context, "copy")
      const { id } = await harness.create(script("cat /tmp/given"))
      await harness.engine.containers.copyIn(id, "/tmp", streamOf(await makeTar([{ name: "given", data: "a gift\n" }])))
      await harness.engine.containers.start(id)
      await harness.engine.containers.wait(id)
      expect(await harness.output(id)).toBe("a gift\n")
    })

    it.each<[string, TarFile[]]>([
      ["by ..", [{ name: "../../../../escaped", data: "x" }]],
      ["by an absolute name", [{ name: "/etc/motd", data: "inside is fine" }]],
      [
        "through a link",
        [
          { name: "out", type: "symlink", linkname: "/../../../../tmp" },
          { name: "out/escaped", data: "x" },
        ],
      ],
      [
        "by a hard link",
        [
          { name: "hard", type: "link", linkname: "../../../../etc/hostname" },
          { name: "hard", data: "x" },
        ],
      ],
    ])("in never leaves the container's root: %s", async (context_, files) => {
      const { engine } = harness
      if (!harness.info.features.includes("copy")) return
      const { id } = await harness.start()
      const name = `canary-${Math.random().toString(36).slice(2)}`
      const tar = await makeTar(files.map((file) => ({ ...file, name: file.name.replace("escaped", name) })))
      // Refused or kept inside: both are right. What counts is that nothing of the host changed.
      await engine.containers
        .copyIn(id, "/tmp", streamOf(tar))
        .catch((error: unknown) => expect(error).toMatchObject({ name: "EngineError" }))
      const { existsSync, readFileSync } = await import("node:fs")
      for (const path of [`/${name}`, `/tmp/${name}`, `/var/${name}`])
        expect(existsSync(path), `${context_} wrote ${path} of the host`).toBe(false)
      expect(readFileSync("/etc/hostname", "utf8")).not.toBe("x")
      expect((await harness.engine.containers.inspect(id)).state.status).toBe("running")
    })

    it("out and in follow no link out of the root", async (context) => {
      harness.needs(context, "copy")
      const { id } = await harness.run(
        script("ln -s /etc/../../../../etc /tmp/up; ln -s / /tmp/root; echo inside > /etc/hostname-of-container"),
      )
      const { tar } = await harness.engine.containers.copyOut(id, "/tmp/up/hostname-of-container")
      expect(Object.values(await unpack(tar)).map((file) => file.data)).toEqual(["inside\n"])
      await harness.engine.containers.copyIn(id, "/tmp/root/tmp", streamOf(await makeTar([{ name: "through-root", data: "x" }])))
      const through = await harness.engine.containers.copyOut(id, "/tmp/through-root")
      expect(Object.values(await unpack(through.tar)).map((file) => file.data)).toEqual(["x"])
      expect(through.stat.kind).toBe("file")
    })

    it("of what is not there, or into what is no directory, is refused", async (context) => {
      harness.needs(context, "copy")
      const { id } = await harness.create()
      await expectRefusal(harness.engine.containers.copyOut(id, "/no/such/path"), "not_found")
      const tar = await makeTar([{ name: "x", data: "x" }])
      await expectRefusal(harness.engine.containers.copyIn(id, "/no/such/path", streamOf(tar)), "not_found")
      await expectRefusal(harness.engine.containers.copyIn(id, "/etc/motd", streamOf(tar)), "conflict", "invalid_argument", "not_found")
    })

    it("in of a truncated archive is refused", async (context) => {
      harness.needs(context, "copy")
      const { id } = await harness.create()
      const tar = await makeTar([{ name: "big", data: Buffer.alloc(100_000) }])
      await expectRefusal(harness.engine.containers.copyIn(id, "/tmp", streamOf(tar.subarray(0, 50_000))), "archive_invalid")
    })
  })

  describe("looking into a container", () => {
    it("lists directories and stats paths as they are inside", async (context) => {
      harness.needs(context, "list-files")
      const { id } = await harness.start()
      const names = (await harness.engine.containers.listDirectory(id, "/etc")).map((entry) => entry.name)
      expect(names).toEqual(expect.arrayContaining(["passwd", "group", "motd"]))
      expect(await harness.engine.containers.statPath(id, "/seed/file")).toMatchObject({
        name: "file",
        kind: "file",
        sizeBytes: 5,
        uid: 1000,
        gid: 1001,
        mode: expect.any(Number),
      })
      expect(await harness.engine.containers.statPath(id, "/bin/sh")).toMatchObject({ kind: "symlink", linkTarget: "busybox" })
      await expectRefusal(harness.engine.containers.statPath(id, "/no/such"), "not_found")
      await expectRefusal(harness.engine.containers.listDirectory(id, "/etc/motd"), "conflict", "invalid_argument", "not_found")
    })
  })

  describe("commit", () => {
    it("makes an image of what the container became, from which others start", async (context) => {
      harness.needs(context, "commit")
      const { id } = await harness.run(script("echo grown > /grown; rm /etc/motd"))
      const image = await harness.engine.containers.commit(id, {
        reference: "conformance.test/grown:1",
        author: "tester",
        comment: "grew",
        config: { command: ["/bin/sh", "-c", "cat /grown; test ! -e /etc/motd && echo deleted"] },
      })
      try {
        expect(image.references).toEqual(["conformance.test/grown:1"])
        const { command: _unused, ...spec } = { command: undefined }
        const { stdout } = await harness.run({
          ...spec,
          image: "conformance.test/grown:1",
          command: ["/bin/sh", "-c", "cat /grown; test ! -e /etc/motd && echo deleted"],
        })
        expect(stdout).toBe("grown\ndeleted\n")
        const inspected = await harness.engine.images.inspect("conformance.test/grown:1")
        expect(inspected.layers).toHaveLength(2)
        expect(inspected.author).toBe("tester")
        expect(inspected.config.command).toEqual(["/bin/sh", "-c", "cat /grown; test ! -e /etc/motd && echo deleted"])
      } finally {
        await harness.removeContainers()
        await harness.engine.images.remove("conformance.test/grown:1", { force: true })
      }
    })

    it("of a running container leaves it running", async (context) => {
      harness.needs(context, "commit")
      const { id } = await harness.start({ command: idle })
      const image = await harness.engine.containers.commit(id)
      expect((await harness.engine.containers.inspect(id)).state.status).toBe("running")
      await harness.engine.images.remove(image.id, { force: true })
    })
  })
}

interface Unpacked {
  type: string
  mode: number
  uid: number
  gid: number
  linkname?: string
  data: string
}

async function unpack(tar: Readable): Promise<Record<string, Unpacked>> {
  const files: Record<string, Unpacked> = {}
  const parser = extract()
  Readable.from([await readAll(tar)]).pipe(parser)
  for await (const entry of parser) {
    const { name, type, mode, uid, gid, linkname } = entry.header
    files[name.replace(/\/$/, "")] = {
      type: type ?? "file",
      // Docker writes the kind of file into the mode as well, as tars of old had it.
      mode: (mode ?? 0) & 0o7777,
      uid: uid ?? 0,
      gid: gid ?? 0,
      ...(linkname ? { linkname } : {}),
      data: (await readAll(entry as unknown as Readable)).toString(),
    }
  }
  return files
}
