import { describe, expect, it } from "vitest"
import { parseCpu, parseDisks, parseMeminfo, parseNetwork, parsePressure, readHostCounters } from "./host-counters.js"
import { hostUsage } from "./host-usage.js"

describe("host counters", () => {
  it("take busy time without idle, waiting for I/O and guests counted twice", () => {
    expect(parseCpu("cpu  100 10 50 1000 500 5 5 30 70 7\ncpu0 1 1 1 1 1 1 1 1 1 1\ncpu1 1 1 1 1 1 1 1 1 1 1\n")).toEqual({
      cores: 2,
      cpuBusySeconds: 2,
    })
  })

  it("read memory in bytes", () => {
    const { memory, swap } = parseMeminfo(
      "MemTotal: 1000 kB\nMemAvailable: 600 kB\nBuffers: 1 kB\nCached: 100 kB\nSwapCached: 9 kB\nSwapTotal: 50 kB\nSwapFree: 20 kB\nShmem: 10 kB\nSReclaimable: 5 kB\n",
    )
    expect(memory).toEqual({ totalBytes: 1_024_000, availableBytes: 614_400, cachedBytes: 96 * 1024 })
    expect(swap).toEqual({ totalBytes: 51_200, freeBytes: 20_480 })
  })

  it("count traffic with the outside once: neither bridges nor containers' links", () => {
    const dev =
      "h1\nh2\n    lo: 9 0 0 0 0 0 0 0 9\n  eth0: 100 1 0 0 0 0 0 0 200 1\nvethab: 7 0 0 0 0 0 0 0 7\n pl12ab: 7 0 0 0 0 0 0 0 7\n"
    expect(parseNetwork(dev, new Set(["eth0"]))).toEqual({ receivedBytes: 100, transmittedBytes: 200 })
    expect(parseNetwork(dev, new Set())).toEqual({ receivedBytes: 100, transmittedBytes: 200 })
  })

  it("count a disk once: no partitions, loops or mapped devices", () => {
    const diskstats = " 8 0 sda 1 0 10 0 1 0 20 0\n 8 1 sda1 1 0 10 0 1 0 20 0\n 7 0 loop0 1 0 10 0 1 0 20 0\n"
    expect(parseDisks(diskstats, new Set(["sda"]))).toEqual({ readBytes: 5120, writtenBytes: 10_240 })
  })

  it("read pressure with and without a full line, and a kernel without it", () => {
    expect(parsePressure("some avg10=1.50 avg60=0.00 avg300=0.00 total=7\n")).toEqual({
      some: { avg10: 1.5, avg60: 0, avg300: 0, totalMicros: 7 },
    })
    expect(parsePressure(undefined)).toBeUndefined()
  })

  it("come from this very machine", async () => {
    const first = await readHostCounters("/", Date.now)
    expect(first.memory.totalBytes).toBeGreaterThan(first.memory.availableBytes)
    expect(first.space.totalBytes).toBeGreaterThan(0)
    const usage = hostUsage(undefined, first)
    expect(usage.cpu.usedCores).toBeNull()
    expect(usage.memory.usedBytes + usage.memory.availableBytes).toBe(usage.memory.totalBytes)
    expect(hostUsage(first, { ...first, at: first.at + 1000, cpuBusySeconds: first.cpuBusySeconds + 0.5 }).cpu.usedCores).toBe(0.5)
  })
})
