import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { readControlFile, writeControlFile } from "./control-file.js"
import { mount, unmount } from "./mount.js"
import { writeFileAtomic } from "./write-file-atomic.js"

let directory: string

beforeEach(() => {
  directory = mkdtempSync("/var/tmp/plimsoll-test-")
})

afterEach(() => {
  unmount(join(directory, "small"))
  rmSync(directory, { recursive: true })
})

describe("writeFileAtomic", () => {
  it("replaces the file, keeps it private, and leaves nothing else", async () => {
    const path = join(directory, "state.json")
    await writeFileAtomic(path, "one")
    await writeFileAtomic(path, Buffer.from("two"), { mode: 0o644 })
    expect(readFileSync(path, "utf8")).toBe("two")
    expect(statSync(path).mode & 0o777).toBe(0o644)
    expect(readdirSync(directory)).toEqual(["state.json"])
  })

  it("on a full disk says so, keeps the old file and leaves no temporary one", async () => {
    const small = join(directory, "small")
    mkdirSync(small)
    mount({ source: "none", target: small, type: "tmpfs", data: "size=64k" })
    const path = join(small, "state.json")
    await writeFileAtomic(path, "old")
    await expect(writeFileAtomic(path, Buffer.alloc(1 << 20))).rejects.toMatchObject({ code: "disk_full", facts: { path } })
    expect(readFileSync(path, "utf8")).toBe("old")
    expect(readdirSync(small)).toEqual(["state.json"])
  })

  it("many writers of one file end with the whole content of one of them", async () => {
    const path = join(directory, "state.json")
    const contents = Array.from({ length: 20 }, (_, index) => String(index).repeat(10_000))
    await Promise.all(contents.map((content) => writeFileAtomic(path, content)))
    expect(contents).toContain(readFileSync(path, "utf8"))
    expect(readdirSync(directory)).toEqual(["state.json"])
  })

  it("into a directory that is not there is refused with the path", async () => {
    await expect(writeFileAtomic(join(directory, "absent/state.json"), "x")).rejects.toMatchObject({
      code: "internal",
      facts: { errno: "ENOENT" },
    })
  })
})

describe("control files", () => {
  it("writing never makes a file that the kernel does not have", () => {
    expect(() => writeControlFile(join(directory, "absent"), "1")).toThrow(expect.objectContaining({ code: "ENOENT" }))
    expect(readdirSync(directory)).toEqual([])
  })

  it("reads to the end or to the bound", () => {
    writeFileSync(join(directory, "file"), "12345\n")
    expect(readControlFile(join(directory, "file"))).toBe("12345")
    expect(readControlFile(join(directory, "file"), 3)).toBe("123")
  })
})
