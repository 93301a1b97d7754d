import { describe, expect, it } from "vitest"
import { addCounters, LinkCounterReader, parseLinkCounters, seenFromOtherEnd } from "./link-counters.js"

const text = `Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
    lo:     100       2    0    0    0     0          0         0      100       2    0    0    0     0       0          0
plabcdef2s5u4g: 123456789012     34    0    5    0     0          0         0     6789      10    0    11    0     0       0          0
`

describe("counters", () => {
  it("are read by link", () => {
    expect(parseLinkCounters(text).get("plabcdef2s5u4g")).toEqual({
      receivedBytes: 123456789012,
      receivedPackets: 34,
      receivedDropped: 5,
      transmittedBytes: 6789,
      transmittedPackets: 10,
      transmittedDropped: 11,
    })
    expect(parseLinkCounters(text).size).toBe(2)
  })

  it("of the other end are the mirror image", () => {
    const own = {
      receivedBytes: 1,
      transmittedBytes: 2,
      receivedPackets: 3,
      transmittedPackets: 4,
      receivedDropped: 5,
      transmittedDropped: 6,
    }
    expect(seenFromOtherEnd(own)).toEqual({
      receivedBytes: 2,
      transmittedBytes: 1,
      receivedPackets: 4,
      transmittedPackets: 3,
      receivedDropped: 6,
      transmittedDropped: 5,
    })
    expect(seenFromOtherEnd(seenFromOtherEnd(own))).toEqual(own)
  })

  it("of two links are added up", () => {
    const [one, other] = [
      { receivedBytes: 1, transmittedBytes: 2, receivedPackets: 3, transmittedPackets: 4, receivedDropped: 5, transmittedDropped: 6 },
      { receivedBytes: 10, transmittedBytes: 20, receivedPackets: 30, transmittedPackets: 40, receivedDropped: 50, transmittedDropped: 60 },
    ]
    expect(addCounters(one, other)).toEqual({
      receivedBytes: 11,
      transmittedBytes: 22,
      receivedPackets: 33,
      transmittedPackets: 44,
      receivedDropped: 55,
      transmittedDropped: 66,
    })
  })

  it("of hundreds of links cost one read", () => {
    let reads = 0
    let now = 0
    const reader = new LinkCounterReader({
      read: () => {
        reads++
        return text
      },
      now: () => now,
    })
    for (let index = 0; index < 200; index++) reader.counters("lo")
    expect(reads).toBe(1)
    now = 1000
    expect(reader.counters("lo")?.receivedBytes).toBe(100)
    expect(reader.counters("gone")).toBeUndefined()
    expect(reads).toBe(2)
  })

  it("of a link that came after the last read are found at once", () => {
    let now = 0
    let table = text
    const reader = new LinkCounterReader({ read: () => table, now: () => now })
    expect(reader.counters("new0")).toBeUndefined()
    table += "  new0:       7       1    0    0    0     0          0         0        0       0    0    0    0     0       0          0\n"
    now = 1
    expect(reader.counters("new0")?.receivedBytes).toBe(7)
  })
})
