import { describe, expect, it } from "vitest"
import { KeptFrames } from "./kept-frames.js"

describe("frames that came for a container that hibernates", () => {
  it("are kept in their order, as copies, until they are taken", () => {
    const frames = new KeptFrames(() => 0)
    const buffer = Buffer.from("one")
    expect(frames.add("a", buffer)).toBe(true)
    buffer.write("two")
    expect(frames.add("b", buffer)).toBe(true)
    expect(frames.take().map(({ network, frame }) => `${network} ${frame.toString()}`)).toEqual(["a one", "b two"])
    expect(frames.take()).toEqual([])
  })

  it("are bounded in number and in bytes; the first stay", () => {
    const small = new KeptFrames(() => 0)
    const kept = Array.from({ length: 100 }, (_, index) => small.add("a", Buffer.from([index])))
    expect(kept.filter(Boolean)).toHaveLength(64)
    expect(small.take().map(({ frame }) => frame[0])).toEqual(Array.from({ length: 64 }, (_, index) => index))
    const large = new KeptFrames(() => 0)
    expect([1, 2, 3].map(() => large.add("a", Buffer.alloc(30_000)))).toEqual([true, true, false])
    expect(large.add("a", Buffer.alloc(1000))).toBe(true)
  })

  it("make room when nobody waits for them any more", () => {
    let now = 0
    const frames = new KeptFrames(() => now)
    for (let index = 0; index < 64; index++) frames.add("a", Buffer.from("old"))
    now = 61_000
    expect(frames.add("a", Buffer.from("new"))).toBe(true)
    expect(frames.take().map(({ frame }) => frame.toString())).toEqual(["new"])
  })
})
