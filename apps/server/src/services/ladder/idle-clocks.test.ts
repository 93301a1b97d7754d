import type { ContainerStats } from "@plimsoll/runtime"
import { describe, expect, it } from "vitest"
import { statsOf } from "../../testing/fake-engine.js"
import { IdleClocks } from "./idle-clocks.js"

const traffic = (bytes: number, packets: number): Partial<ContainerStats> => ({
  network: {
    receivedBytes: bytes,
    transmittedBytes: 0,
    receivedPackets: packets,
    transmittedPackets: 0,
    receivedDropped: 0,
    transmittedDropped: 0,
  },
})

/** A container over seconds. Returns for how many it has been quiet. */
function watched() {
  const clocks = new IdleClocks()
  let at = 0
  let usage = 0
  const second = ({
    micros = 0,
    changes = {},
    isInUse = false,
  }: {
    micros?: number
    changes?: Partial<ContainerStats>
    isInUse?: boolean
  } = {}) => {
    at += 1000
    usage += micros
    clocks.see(statsOf("c", at, usage, changes), { at, idleCores: 0.01, isInUse })
    return clocks.quietForMs("c", at) / 1000
  }
  const seconds = (count: number, micros: number) => Array.from({ length: count }, () => second({ micros })).at(-1) ?? 0
  return { clocks, second, seconds }
}

describe("a container", () => {
  it("is quiet from when it was first seen, however long it was there", () => {
    const { second, seconds } = watched()
    expect(second()).toBe(0)
    expect(seconds(100, 0)).toBe(100)
  })

  it("stays quiet below the CPU floor and with a health probe's short burst", () => {
    const { second, seconds } = watched()
    seconds(101, 9000)
    expect(second({ micros: 20_000 })).toBe(101)
  })

  it("is not quiet above the CPU floor, be it steady or at once", () => {
    const steady = watched()
    expect(steady.seconds(100, 11_000)).toBeLessThan(30)
    const burst = watched()
    burst.seconds(100, 0)
    expect(burst.second({ micros: 400_000 })).toBe(0)
  })

  it("is not stirred by an ARP question and its answer, and is by a request", () => {
    const { second } = watched()
    second({ changes: traffic(0, 0) })
    expect(second({ changes: traffic(102, 2) })).toBe(1)
    expect(second({ changes: traffic(204, 4) })).toBe(2)
    expect(second({ changes: traffic(204 + 74, 7) })).toBe(0)
    expect(second({ changes: traffic(204 + 74 + 1500, 8) })).toBe(0)
  })

  it("counts as stirred when its traffic can no longer be read, or its counters begin anew", () => {
    const { second } = watched()
    second({ changes: traffic(500, 5) })
    second({ changes: traffic(500, 5) })
    expect(second()).toBe(0)
    expect(second({ changes: traffic(0, 0) })).toBe(0)
    const again = watched()
    again.second({ changes: traffic(500, 5) })
    expect(again.second({ changes: traffic(10, 1) })).toBe(0)
  })

  it("is in use while somebody has an exec in it, and when it is said to be", () => {
    const { clocks, second } = watched()
    second()
    expect(second({ isInUse: true })).toBe(0)
    expect(second()).toBe(1)
    clocks.stir("c", 3000)
    expect(second()).toBe(1)
  })

  it("is forgotten with its removal", () => {
    const { clocks, second } = watched()
    second()
    second()
    clocks.keep(new Map())
    expect(clocks.quietForMs("c", 9000)).toBe(0)
  })
})
