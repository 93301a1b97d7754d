import { describe, expect, it } from "vitest"
import { attributes, decodeAttributes, decodeMessages, encodeRequest, nested, readText, text, u32 } from "./message.js"

describe("netlink messages", () => {
  it("are padded to four bytes and split again", () => {
    const first = encodeRequest({ type: 16, flags: 0x400, body: Buffer.from([1, 2, 3]) }, 7)
    const second = encodeRequest({ type: 17, flags: 0, body: Buffer.alloc(4) }, 8)
    expect(first.length % 4).toBe(0)
    const messages = decodeMessages(Buffer.concat([first, second]))
    expect(messages.map(({ type, sequence }) => [type, sequence])).toEqual([
      [16, 7],
      [17, 8],
    ])
    expect([...(messages[0]?.body ?? [])]).toEqual([1, 2, 3])
  })

  it("carry attributes, nested ones too", () => {
    const data = attributes(text(3, "eth0"), nested(18 | 0x8000, u32(1, 42)))
    const found = decodeAttributes(data)
    expect(readText(found.get(3))).toBe("eth0")
    expect(
      decodeAttributes(found.get(18) ?? Buffer.alloc(0))
        .get(1)
        ?.readUInt32LE(0),
    ).toBe(42)
  })

  it("that are cut off end the reading", () => {
    const data = encodeRequest({ type: 16, flags: 0, body: Buffer.alloc(8) }, 1)
    for (let length = 0; length < data.length; length++) expect(decodeMessages(data.subarray(0, length))).toEqual([])
    expect(decodeAttributes(Buffer.from([1, 0, 0, 0, 9, 9])).size).toBe(0)
  })
})
