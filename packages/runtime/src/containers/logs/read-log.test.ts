import { appendFileSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import type { LogLine, LogOptions } from "../../engine.js"
import { decodeRecord } from "./decode-record.js"
import { readLog } from "./read-log.js"
import { rotateLog } from "./rotate-log.js"

let directory: string
const ended = AbortSignal.abort()
const never = new AbortController().signal

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "plimsoll-logs-"))
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

function stamp(second: number): string {
  return `2026-11-21T04:00:${String(second).padStart(2, "0")}.123456789+00:00`
}

function record(data: string | Buffer, options: { stream?: "stdout" | "stderr"; tag?: "F" | "P"; second?: number } = {}): Buffer {
  return Buffer.concat([
    Buffer.from(`${stamp(options.second ?? 0)} ${options.stream ?? "stdout"} ${options.tag ?? "F"} `),
    Buffer.from(data),
    Buffer.from("\n"),
  ])
}

function append(...records: Buffer[]): void {
  appendFileSync(join(directory, "current"), Buffer.concat(records))
}

async function collect(options: LogOptions = {}): Promise<LogLine[]> {
  const lines: LogLine[] = []
  for await (const line of readLog(directory, { ...options, signal: never, endOfRun: ended })) lines.push(line)
  return lines
}

async function texts(options: LogOptions = {}): Promise<string[]> {
  return (await collect(options)).map((line) => line.data.toString())
}

describe("a record", () => {
  it("keeps nanoseconds as fractions of a millisecond, and zones", () => {
    expect(decodeRecord(record("x").subarray(0, -1))?.timestamp).toBeCloseTo(Date.parse("2026-11-21T04:00:00Z") + 123.456789, 3)
    expect(decodeRecord(Buffer.from("2026-11-21T06:00:00.5+02:00 stderr P y"))).toEqual({
      stream: "stderr",
      timestamp: Date.parse("2026-11-21T04:00:00.500Z"),
      partial: true,
      data: Buffer.from("y"),
    })
  })

  it.each([
    "",
    "x",
    "2026-11-21T04:00:00.123456789Z stdin  F x",
    "2026-99-99T04:00:00.1Z stdout F x",
    "2026-11-21T04:00:00.123456789Z stdout X x",
    "\0".repeat(100),
  ])("is refused when it is none: %j", (text) => {
    expect(decodeRecord(Buffer.from(text))).toBeUndefined()
  })

  it("never throws, whatever the bytes", () => {
    const seed = record("some text", { tag: "P" })
    for (let index = 0; index < seed.length; index++) {
      for (const value of [0, 0x20, 0xff]) {
        const broken = Buffer.from(seed)
        broken[index] = value
        expect(() => decodeRecord(broken)).not.toThrow()
      }
    }
  })
})

describe("reading", () => {
  it("gives every byte back, NUL and invalid UTF-8 among them", async () => {
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, index) => index).filter((value) => value !== 0x0a))
    append(record(bytes), record(""))
    const lines = await collect()
    expect(lines[0]?.data.equals(bytes)).toBe(true)
    expect(lines[1]?.data.length).toBe(0)
  })

  it("puts the pieces of a line together, however the streams are woven", async () => {
    append(
      record("o1", { tag: "P", second: 1 }),
      record("e1", { stream: "stderr", tag: "P", second: 2 }),
      record("o2", { second: 3 }),
      record("e2", { stream: "stderr", second: 4 }),
      record("end", { tag: "P" }),
    )
    expect((await collect()).map((line) => [line.data.toString(), line.partial])).toEqual([
      ["o1o2", false],
      ["e1e2", false],
      ["end", true],
    ])
    expect((await collect())[0]?.timestamp).toBeCloseTo(Date.parse(stamp(1)), 0)
  })

  it("gives a line of three megabytes in pieces that make the whole", async () => {
    const line = Buffer.alloc(3 << 20, "abcdefghij")
    for (let offset = 0; offset < line.length; offset += 8000) append(record(line.subarray(offset, offset + 8000), { tag: "P" }))
    append(record(""))
    const pieces = await collect()
    expect(Buffer.concat(pieces.map((piece) => piece.data)).equals(line)).toBe(true)
    expect(pieces.filter((piece) => !piece.partial)).toHaveLength(1)
  })

  it("goes through rotated files from the oldest", async () => {
    append(record("one"))
    renameSync(join(directory, "current"), join(directory, "current.2"))
    append(record("two"))
    renameSync(join(directory, "current"), join(directory, "current.1"))
    append(record("three"))
    expect(await texts()).toEqual(["one", "two", "three"])
    expect(await texts({ tail: 2 })).toEqual(["two", "three"])
  })

  it("leaves out what is still being written and what is no record", async () => {
    append(record("one"), Buffer.from("garbage\n"), record("two"), record("unfinished").subarray(0, -1))
    expect(await texts()).toEqual(["one", "two"])
    expect(await texts({ tail: 1 })).toEqual(["two"])
  })

  it("of one stream leaves the other out", async () => {
    append(record("out"), record("err", { stream: "stderr" }))
    expect(await texts({ stdout: true })).toEqual(["out"])
    expect(await texts({ stdout: false })).toEqual(["err"])
    expect(await texts({ stdout: true, stderr: true })).toEqual(["out", "err"])
  })

  it("keeps to since and until", async () => {
    append(...[1, 2, 3, 4].map((second) => record(String(second), { second })))
    const at = (second: number): number => Date.parse(`2026-11-21T04:00:0${second}Z`)
    expect(await texts({ since: at(2), until: at(4) })).toEqual(["2", "3"])
    expect(await texts({ until: at(4), tail: 1 })).toEqual(["3"])
  })

  it("of a container that never wrote is empty", async () => {
    expect(await texts()).toEqual([])
    expect(await texts({ follow: true })).toEqual([])
  })
})

describe("tail", () => {
  it.each([0, 1, 2, 5, 999, 1000, 5000])("%i gives that many of 1000 lines", async (tail) => {
    const all = Array.from({ length: 1000 }, (_, index) => `line ${index} ${"x".repeat(index % 700)}`)
    append(...all.map((line) => record(line)))
    expect(await texts({ tail })).toEqual(all.slice(Math.max(0, 1000 - tail)).slice(tail === 0 ? 1000 : 0))
  })

  it("counts lines, not pieces, also where the streams' pieces are woven together", async () => {
    append(
      record("before"),
      record("o1", { tag: "P" }),
      record("e1", { stream: "stderr", tag: "P" }),
      record("o2"),
      record("e2", { stream: "stderr" }),
    )
    expect(await texts({ tail: 2 })).toEqual(["o1o2", "e1e2"])
    expect(await texts({ tail: 1 })).toEqual(["e1e2"])
  })

  it("counts a line that is not finished", async () => {
    append(record("one"), record("two"), record("thr", { tag: "P" }))
    expect(await texts({ tail: 2 })).toEqual(["two", "thr"])
  })
})

describe("follow", () => {
  async function follow(options: {
    count: number
    tail?: number
    endOfRun?: AbortSignal
    signal?: AbortSignal
    each?: (line: string, index: number) => void | Promise<void>
  }): Promise<string[]> {
    const seen: string[] = []
    const lines = readLog(directory, {
      follow: true,
      signal: options.signal ?? never,
      endOfRun: options.endOfRun ?? never,
      ...(options.tail === undefined ? {} : { tail: options.tail }),
    })
    for await (const line of lines) {
      seen.push(line.data.toString())
      await options.each?.(line.data.toString(), seen.length)
      if (seen.length === options.count) break
    }
    return seen
  }

  it("gives lines as they come", async () => {
    append(record("0"))
    expect(await follow({ count: 5, each: (_, index) => append(record(String(index))) })).toEqual(["0", "1", "2", "3", "4"])
  })

  it("shows a prompt without an end of line, then what follows it", async () => {
    append(record("login: ", { tag: "P" }))
    expect(await follow({ count: 2, each: (_, index) => (index === 1 ? append(record("root")) : undefined) })).toEqual(["login: ", "root"])
  })

  it("begins with a container that has not written yet", async () => {
    const seen = follow({ count: 1 })
    append(record("first"))
    expect(await seen).toEqual(["first"])
  })

  it("loses and doubles nothing while the log is rotated under it", async () => {
    const total = 3000
    append(record("0"))
    let written = 1
    const reopen = async (): Promise<void> => {
      // What conmon writes before it takes the new file still goes into the old one.
      appendFileSync(join(directory, "current.1"), record(String(written++)))
      writeFileSync(join(directory, "current"), "")
    }
    const writer = (async () => {
      while (written < total) {
        append(record(String(written++)))
        if (written % 100 === 0) await rotateLog({ directory, maxBytes: 2 ** 20, maxFiles: 50, reopen })
        if (written % 7 === 0) await new Promise((resolve) => setImmediate(resolve))
      }
    })()
    const seen = await follow({ count: total })
    await writer
    expect(seen).toEqual(Array.from({ length: total }, (_, index) => String(index)))
  })

  it("after a tail goes on with both streams", async () => {
    append(record("old"), record("err", { stream: "stderr" }), record("new"))
    expect(
      await follow({
        count: 3,
        tail: 1,
        each: (_, index) => append(record(`next ${index}`, { stream: index === 1 ? "stderr" : "stdout" })),
      }),
    ).toEqual(["new", "next 1", "next 2"])
  })

  it("reads what was written before the run ended, then ends", async () => {
    const run = new AbortController()
    append(record("a"))
    const seen = await follow({
      count: 100,
      endOfRun: run.signal,
      each: (line) => {
        if (line !== "a") return
        append(record("b"), record("c"))
        run.abort()
      },
    })
    expect(seen).toEqual(["a", "b", "c"])
  })

  it("ends when its caller leaves", async () => {
    const leave = new AbortController()
    append(record("a"))
    expect(await follow({ count: 100, signal: leave.signal, each: () => leave.abort() })).toEqual(["a"])
  })
})

describe("rotation", () => {
  it("keeps as many files as asked for and drops the oldest", async () => {
    for (const name of ["a", "b", "c", "d", "e"]) {
      append(record(name))
      await rotateLog({ directory, maxBytes: 2 ** 20, maxFiles: 3, reopen: async () => writeFileSync(join(directory, "current"), "") })
    }
    expect(await texts()).toEqual(["d", "e"])
  })

  it("with a smaller count drops what is too much", async () => {
    for (const name of ["a", "b", "c", "d"]) {
      append(record(name))
      await rotateLog({ directory, maxBytes: 2 ** 20, maxFiles: 4, reopen: async () => writeFileSync(join(directory, "current"), "") })
    }
    await rotateLog({ directory, maxBytes: 2 ** 20, maxFiles: 2, reopen: async () => writeFileSync(join(directory, "current"), "") })
    append(record("now"))
    expect(await texts()).toEqual(["now"])
  })

  it("that was cut off before the writer had its new file loses nothing when it is done again", async () => {
    append(record("a"))
    await expect(rotateLog({ directory, maxBytes: 2 ** 20, maxFiles: 3, reopen: () => Promise.reject(new Error("gone")) })).rejects.toThrow(
      "gone",
    )
    expect(await texts()).toEqual(["a"])
    await rotateLog({ directory, maxBytes: 2 ** 20, maxFiles: 3, reopen: async () => writeFileSync(join(directory, "current"), "") })
    append(record("b"))
    expect(await texts()).toEqual(["a", "b"])
  })
})
