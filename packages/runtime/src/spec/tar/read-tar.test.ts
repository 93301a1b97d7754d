import { execFileSync } from "node:child_process"
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { inspect } from "node:util"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { isEngineError } from "../../errors.js"
import { encodeTarHeader, tarEnd, tarPadding } from "./encode-tar-header.js"
import { makeTar, type TarItem } from "./make-tar.js"
import { type ReadTarOptions, readTar } from "./read-tar.js"
import { type TarHeader, tarChecksum } from "./tar-header.js"

interface ReadEntry extends TarHeader {
  text: string
}

async function* chunked(data: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < data.length; at += size) yield data.subarray(at, at + size)
}

async function readAll(data: Buffer, options: ReadTarOptions & { chunkBytes?: number } = {}): Promise<ReadEntry[]> {
  const entries: ReadEntry[] = []
  for await (const entry of readTar(chunked(data, options.chunkBytes ?? 65_536), options)) {
    const pieces: Buffer[] = []
    for await (const piece of entry.data()) pieces.push(Buffer.from(piece))
    entries.push({ ...entry.header, text: Buffer.concat(pieces).toString("latin1") })
  }
  return entries
}

const samples: TarItem[] = [
  { name: "./", type: "directory", uid: 0, gid: 0, modifiedNs: 1_700_000_000_000_000_000n },
  { name: "file", type: "file", mode: 0o4755, uid: 1000, gid: 50, data: "hello", modifiedNs: 1_700_000_001_000_000_000n },
  { name: "empty", type: "file" },
  { name: `long/${"x".repeat(200)}/${"y".repeat(200)}`, type: "file", data: "1".repeat(512) },
  { name: "ünïcode", type: "file", data: "u" },
  { name: Buffer.from([0x61, 0xff, 0xfe]), type: "file", data: "not utf-8" },
  { name: "link", type: "symlink", linkName: "t".repeat(300), mode: 0o777 },
  { name: "hard", type: "hard-link", linkName: "file" },
  { name: "null", type: "character-device", deviceMajor: 1, deviceMinor: 3, mode: 0o666 },
  { name: "disk", type: "block-device", deviceMajor: 8, deviceMinor: 1 },
  { name: "pipe", type: "fifo" },
  { name: "owner", type: "file", uid: 4_000_000_000, gid: 3_000_000 },
  {
    name: "capable",
    type: "file",
    data: "x",
    attributes: new Map([
      ["security.capability", Buffer.from([1, 0, 0, 2, 0xff, 0x0a, 0x3d, 0, 0x80])],
      ["user.empty", Buffer.alloc(0)],
    ]),
  },
]

describe("what is written is read back", () => {
  test.each([1, 7, 511, 512, 513, 65_536])("in chunks of %i bytes", async (chunkBytes) => {
    const read = await readAll(makeTar(samples), { chunkBytes, requireEnd: true })
    expect(read.map(({ type }) => type)).toEqual(samples.map(({ type }) => type))
    expect(read.map(({ name }) => name.toString("latin1").replace(/\/$/, ""))).toEqual(
      samples.map(({ name }) => Buffer.from(name).toString("latin1").replace(/\/$/, "")),
    )
    expect(read[1]).toMatchObject({ mode: 0o4755, uid: 1000, gid: 50, text: "hello", modifiedNs: 1_700_000_001_000_000_000n })
    expect(read[6]?.linkName.toString()).toBe("t".repeat(300))
    expect(read[8]).toMatchObject({ deviceMajor: 1, deviceMinor: 3 })
    expect(read[11]).toMatchObject({ uid: 4_000_000_000, gid: 3_000_000 })
    expect(read[12]?.attributes.get("security.capability")).toEqual(Buffer.from([1, 0, 0, 2, 0xff, 0x0a, 0x3d, 0, 0x80]))
    expect(read[12]?.attributes.get("user.empty")).toEqual(Buffer.alloc(0))
  })

  test("data that nobody reads is skipped", async () => {
    const names: string[] = []
    for await (const entry of readTar(chunked(makeTar(samples), 1000))) names.push(entry.header.type)
    expect(names).toHaveLength(samples.length)
  })
})

describe("GNU tar", () => {
  let directory: string
  beforeEach(() => {
    directory = mkdtempSync("/var/tmp/plimsoll-test-")
    writeFileSync(join(directory, "plain"), "plain data")
    writeFileSync(join(directory, "n".repeat(180)), "long")
    writeFileSync(join(directory, "sparse"), "head")
    truncateSync(join(directory, "sparse"), 5_000_000)
    execFileSync("dd", [
      "if=/dev/zero",
      `of=${join(directory, "sparse")}`,
      "bs=1",
      "seek=2000000",
      "count=1",
      "conv=notrunc",
      "status=none",
    ])
    execFileSync("dd", [`of=${join(directory, "sparse")}`, "bs=1", "seek=4000000", "conv=notrunc", "status=none"], { input: "tail" })
  })
  afterEach(() => rmSync(directory, { recursive: true }))

  const formats: [string, string[]][] = [
    ["gnu", ["--format=gnu"]],
    ["pax 1.0", ["--format=posix", "--sparse-version=1.0"]],
    ["pax 0.1", ["--format=posix", "--sparse-version=0.1"]],
    ["plain, without holes", ["--format=gnu"]],
  ]
  test.each(formats)("archives in the format %s are read, long names and holes included", async (name, options) => {
    const sparse = name.startsWith("plain") ? [] : ["--sparse"]
    const archive = execFileSync("tar", ["--create", ...sparse, ...options, "--sort=name", "--file=-", "-C", directory, "."], {
      maxBuffer: 1 << 26,
    })
    const entries = await readAll(archive, { requireEnd: true })
    const file = entries.find((entry) => entry.name.toString() === "./sparse")
    expect(entries.find((entry) => entry.name.toString() === "./plain")?.text).toBe("plain data")
    expect(entries.find((entry) => entry.name.toString() === `./${"n".repeat(180)}`)?.text).toBe("long")
    expect(file?.sizeBytes).toBe(5_000_000)
    if (file?.sparse === undefined) return expect(name).toMatch(/^plain/)
    const whole = Buffer.alloc(5_000_000)
    let used = 0
    for (const piece of file.sparse) {
      whole.write(file.text.slice(used, used + piece.length), piece.offset, "latin1")
      used += piece.length
    }
    expect(file.dataBytes).toBeLessThan(100_000)
    expect([whole.toString("latin1", 0, 4), whole.toString("latin1", 4_000_000, 4_000_004)]).toEqual(["head", "tail"])
  })

  test("lists what we write", () => {
    const file = join(directory, "ours.tar")
    writeFileSync(file, makeTar(samples))
    const listed = execFileSync("tar", ["--list", "--quoting-style=literal", "--file", file], { encoding: "latin1" }).trim().split("\n")
    expect(listed).toHaveLength(samples.length)
    expect(listed).toContain(`long/${"x".repeat(200)}/${"y".repeat(200)}`)
  })
})

describe("bad archives are refused with archive_invalid", () => {
  const good = makeTar([{ name: "a", type: "file", data: "x".repeat(2000) }])
  const refused = { code: "archive_invalid" }

  test("cut off anywhere", async () => {
    for (let length = 1; length < good.length - 1024; length += 97)
      await expect(readAll(good.subarray(0, length)), `at ${length}`).rejects.toMatchObject(refused)
  })

  test("cut off between two entries, where an end mark is asked for", async () => {
    const cut = good.subarray(0, good.length - 1024)
    await expect(readAll(cut, { requireEnd: true })).rejects.toMatchObject(refused)
    expect(await readAll(cut)).toHaveLength(1)
  })

  test("empty, where an end mark is asked for", async () => {
    await expect(readAll(Buffer.alloc(0), { requireEnd: true })).rejects.toMatchObject(refused)
  })

  test("no tar at all", async () => {
    await expect(readAll(Buffer.from("<html>".repeat(200)))).rejects.toMatchObject({
      ...refused,
      publicMessage: expect.stringContaining("no tar archive"),
    })
  })

  test("a wrong checksum", async () => {
    const damaged = Buffer.from(good)
    damaged[0] = 0x62
    await expect(readAll(damaged)).rejects.toMatchObject(refused)
  })

  test("an unknown kind of entry", async () => {
    await expect(readAll(withFlag(good, "Z"))).rejects.toMatchObject(refused)
  })

  test.each([
    ["a record that is longer than the header", "99 path=x\n"],
    ["a record without newline", "10 path=xy"],
    ["a record without name", "6 =xy\n"],
    ["a length that is no number", "xx path=a\n"],
    ["a negative size", "12 size=-10\n"],
    ["a size that is no number", "12 size=1e9\n"],
    ["a name with NUL", "12 path=a\0b\n"],
    ["sparse format 0.0", "25 GNU.sparse.numblocks=1\n"],
    ["a sparse map longer than its file", "22 GNU.sparse.major=1\n"],
  ])("PAX: %s", async (_what, records) => {
    const data = Buffer.from(records)
    const pax = withFlag(encodeTarHeader({ name: Buffer.from("pax"), type: "file", mode: 0o644, dataBytes: data.length }), "x")
    await expect(readAll(Buffer.concat([pax, data, tarPadding(data.length), good]))).rejects.toMatchObject(refused)
  })

  test("an extended header that claims gigabytes is not read into memory", async () => {
    const huge = withFlag(encodeTarHeader({ name: Buffer.from("pax"), type: "file", mode: 0o644, dataBytes: 8_000_000_000 }), "x")
    await expect(readAll(Buffer.concat([huge, tarEnd]))).rejects.toMatchObject(refused)
  })

  test("random damage to good archives ends in entries or archive_invalid, never in another error", async () => {
    const archive = makeTar(samples)
    let state = 7
    const random = (below: number): number => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff
      return state % below
    }
    for (let round = 0; round < 1500; round++) {
      const damaged = Buffer.from(archive.subarray(0, round % 3 === 0 ? random(archive.length) : archive.length))
      for (let flips = 0; flips <= random(4) && damaged.length > 0; flips++) damaged[random(damaged.length)] = random(256)
      // Half of them with checksums that fit, so that the damage is reached.
      if (round % 2 === 0)
        for (let at = 0; at + 512 <= damaged.length; at += 512)
          if (damaged.toString("latin1", at + 257, at + 262) === "ustar") fixChecksum(damaged.subarray(at, at + 512))
      const outcome = await readAll(damaged, { chunkBytes: 1 + random(3000) }).then(
        () => undefined,
        (error: unknown) => error,
      )
      if (outcome !== undefined) expect(isEngineError(outcome, "archive_invalid"), inspect(outcome)).toBe(true)
    }
  })
})

function withFlag(archive: Buffer, flag: string): Buffer {
  const changed = Buffer.from(archive)
  changed.write(flag, 156, "latin1")
  fixChecksum(changed)
  return changed
}

function fixChecksum(block: Buffer): void {
  block.write(`${tarChecksum(block).toString(8).padStart(6, "0")}\0 `, 148, "latin1")
}
