import { Readable } from "node:stream"
import { describe, expect, it } from "vitest"
import { makeTar } from "../../spec/tar/make-tar.js"
import { readTar } from "../../spec/tar/read-tar.js"
import { readFrames } from "./frames.js"
import { ReplayedLines } from "./replayed-lines.js"
import { shiftTar } from "./shift-tar.js"

function frame(stream: 1 | 2, text: string): Buffer {
  const header = Buffer.alloc(8)
  header[0] = stream
  header.writeUInt32BE(Buffer.byteLength(text), 4)
  return Buffer.concat([header, Buffer.from(text)])
}

describe("multiplexed output", () => {
  it.each([1, 3, 7, 8, 9, 1000])(
    "is taken apart whatever pieces of %i bytes it comes in; a frame that is cut off is dropped",
    async (size) => {
      const whole = Buffer.concat([
        frame(1, "out"),
        frame(2, "err"),
        frame(1, ""),
        frame(1, "x".repeat(300)),
        frame(1, "cut off").subarray(0, 10),
      ])
      const chunks = Array.from({ length: Math.ceil(whole.length / size) }, (_, index) => whole.subarray(index * size, (index + 1) * size))
      const seen: string[] = []
      for await (const { stream, data } of readFrames(Readable.from(chunks))) seen.push(`${stream} ${data.toString()}`)
      expect(seen).toEqual(["stdout out", "stderr err", "stdout ", `stdout ${"x".repeat(300)}`])
    },
  )
})

describe("a follower of a rotated log", () => {
  const line = (text: string, partial = false) => ({ stream: "stdout" as const, timestamp: 0, data: Buffer.from(text), partial })

  it("is not given again what Docker repeats, be it the last line or a hundred", () => {
    const replayed = new ReplayedLines()
    const given = ["1", "2", "3", "3", "2", "3", "4"].map((stamp) => replayed.isReplay(stamp, line(`line ${stamp}`)))
    expect(given).toEqual([false, false, false, true, true, true, false])
  })

  it("is given the same text again when it was written again", () => {
    const replayed = new ReplayedLines()
    expect(["1", "2"].map((stamp) => replayed.isReplay(stamp, line("same")))).toEqual([false, false])
  })

  it("is given all pieces of a long line, which have one stamp and may be alike", () => {
    const replayed = new ReplayedLines()
    expect([true, true, false].map((partial) => replayed.isReplay("1", line("xxxx", partial)))).toEqual([false, false, false])
  })
})

it("owners in a tar are shifted into the container's range, others stay", async () => {
  const tar = makeTar([
    { name: "root", type: "file", uid: 300_000, gid: 300_000, data: "a" },
    { name: "app", type: "file", uid: 301_000, gid: 301_001, data: "bb" },
    { name: "foreign", type: "file", uid: 5, gid: 400_000 },
  ])
  const owners: string[] = []
  for await (const { header } of readTar(shiftTar(Readable.from([tar]), { uidBase: 300_000, gidBase: 300_000, size: 65_536 }), {
    requireEnd: true,
  }))
    owners.push(`${header.name.toString()} ${header.uid}:${header.gid} ${header.sizeBytes}`)
  expect(owners).toEqual(["root 0:0 1", "app 1000:1001 2", "foreign 5:400000 0"])
})
