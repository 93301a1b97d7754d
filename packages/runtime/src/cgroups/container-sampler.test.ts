import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterEach, describe, expect, it } from "vitest"
import { chooseControllers } from "./choose-controllers.js"
import { ContainerSampler, WHOLE_EVERY_MS } from "./container-sampler.js"
import type { CgroupLayout } from "./hierarchy.js"
import { parsePressure } from "./pressure.js"
import { Signs } from "./signs.js"
import { field } from "./stat-file.js"

// Recorded from real kernels: v2 from Linux 6.12 (Debian 13) with swap, v1 from Linux 6.18; each with a busy loop, an OOM kill, direct writes and shared memory.
const v2Fixtures = fileURLToPath(new URL("v2/fixtures", import.meta.url))
const v1Fixtures = fileURLToPath(new URL("v1/fixtures", import.meta.url))

const v2 = (mount: string): CgroupLayout => ({
  version: "v2",
  v1: [],
  unified: { version: 2, mount, controllers: ["cpu", "memory", "io", "pids"] },
})
const v1 = (mount: string): CgroupLayout => ({
  version: "v1",
  v1: [{ version: 1, mount, controllers: ["cpu", "cpuacct", "memory", "blkio", "pids"] }],
  unified: undefined,
})

function sample(layout: CgroupLayout): ReturnType<ContainerSampler["sample"]> {
  const sampler = new ContainerSampler({
    path: "/container",
    controllers: chooseControllers(layout),
    unified: layout.unified,
    signs: new Signs(),
    now: () => 1000,
  })
  try {
    return sampler.sample()
  } finally {
    sampler.close()
  }
}

describe("a sample of recorded files", () => {
  it("v2: used memory is anonymous, shared, unreclaimable kernel and swapped", () => {
    expect(sample(v2(v2Fixtures))).toEqual({
      sampledAt: 1000,
      cpu: {
        usageMicros: 3_752_740,
        userMicros: 998_522,
        systemMicros: 2_754_218,
        periods: 190,
        throttledPeriods: 187,
        throttledMicros: 13_926_700,
      },
      memory: {
        usedBytes: 147_456 + 4096 + (139_264 - 17_584) + 7_274_496,
        chargedBytes: 462_848,
        anonBytes: 147_456,
        fileBytes: 4096,
        shmemBytes: 4096,
        kernelBytes: 139_264,
        swapBytes: 7_274_496,
        maxBytes: 41_943_040,
        majorFaults: 84,
        oomKills: 1,
      },
      io: { readBytes: 7_634_944, writeBytes: 39_170_048, readOperations: 159, writeOperations: 8543 },
      pids: { current: 2, max: 64 },
      pressure: {
        cpu: {
          some: { avg10: 72.85, avg60: 22.23, avg300: 5.12, totalMicros: 16_702_204 },
          full: { avg10: 65.01, avg60: 19.79, avg300: 4.56, totalMicros: 14_917_198 },
        },
        memory: expect.objectContaining({ some: expect.objectContaining({ avg300: expect.any(Number) as number }) as object }) as object,
        io: { some: { avg10: 0, avg60: 0, avg300: 0, totalMicros: 27_642 }, full: { avg10: 0, avg60: 0, avg300: 0, totalMicros: 14_497 } },
      },
    })
  })

  it("v1: the same figures from other files", () => {
    expect(sample(v1(v1Fixtures))).toEqual({
      sampledAt: 1000,
      cpu: {
        usageMicros: 496_619,
        userMicros: 430_000,
        systemMicros: 60_000,
        periods: 24,
        throttledPeriods: 24,
        throttledMicros: 2_006_252,
      },
      memory: {
        usedBytes: 5_234_688 + 2_097_152 + 155_648,
        chargedBytes: 11_882_496,
        anonBytes: 5_234_688,
        fileBytes: 6_303_744,
        shmemBytes: 2_097_152,
        kernelBytes: 155_648,
        swapBytes: 0,
        maxBytes: 41_943_040,
        majorFaults: 3,
        oomKills: 1,
      },
      io: { readBytes: 4_308_992, writeBytes: 4_194_304, readOperations: 10, writeOperations: 4 },
      pids: { current: 2, max: 64 },
    })
  })

  it("a hybrid host whose OCI runtime did not join the v2 group has no pressure, rather than none", () => {
    const mount = mkdtempSync(join(tmpdir(), "plimsoll-test-"))
    try {
      cpSync(join(v2Fixtures, "container"), join(mount, "container"), { recursive: true })
      const hybrid = { ...v1(v1Fixtures), version: "hybrid" as const, unified: { version: 2 as const, mount, controllers: [] } }
      expect(sample(hybrid)?.pressure?.cpu).toBeDefined()
      writeFileSync(join(mount, "container/cgroup.events"), "populated 0\nfrozen 0\n")
      expect(sample(hybrid)).not.toHaveProperty("pressure")
    } finally {
      rmSync(mount, { recursive: true })
    }
  })
})

interface VersionFiles {
  version: "v1" | "v2"
  layout: (mount: string) => CgroupLayout
  fixtures: string
  /** Name and content. */
  ran: [string, string]
  charge: string
  memory: string
  anon: RegExp
  anonName: string
  maximum: string
  oom: [string, string]
  operations: string
  io: [string, string]
}

const versions: VersionFiles[] = [
  {
    version: "v1",
    layout: v1,
    fixtures: v1Fixtures,
    ran: ["cpuacct.usage", "496719123\n"],
    charge: "memory.usage_in_bytes",
    memory: "memory.stat",
    anon: /^total_rss \d+$/m,
    anonName: "total_rss",
    maximum: "memory.limit_in_bytes",
    oom: ["memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 2\n"],
    operations: "blkio.throttle.io_serviced_recursive",
    io: ["blkio.throttle.io_service_bytes_recursive", "8:0 Read 5000000\n8:0 Write 0\nTotal 5000000\n"],
  },
  {
    version: "v2",
    layout: v2,
    fixtures: v2Fixtures,
    ran: ["cpu.stat", "usage_usec 3752840\nuser_usec 998522\nsystem_usec 2754318\n"],
    charge: "memory.current",
    memory: "memory.stat",
    anon: /^anon \d+$/m,
    anonName: "anon",
    maximum: "memory.max",
    oom: ["memory.events", "low 0\noom 2\noom_kill 2\n"],
    operations: "io.stat",
    io: ["io.stat", "8:0 rbytes=5000000 wbytes=0 rios=900 wios=0\n"],
  },
]

describe.each(versions)("an economical sample on $version", (files) => {
  let mount: string
  let now: number
  let oomKills: number
  const samplers: ContainerSampler[] = []

  afterEach(() => {
    for (const sampler of samplers.splice(0)) sampler.close()
    rmSync(mount, { recursive: true })
  })

  const write = (name: string, text: string, group = "top/one"): void => writeFileSync(join(mount, group, name), text)
  const read = (name: string): string => readFileSync(join(mount, "top/one", name), "utf8")
  const setAnon = (bytes: number): void => write(files.memory, read(files.memory).replace(files.anon, `${files.anonName} ${bytes}`))
  const changeWholly = (): void => {
    setAnon(4096)
    write("pids.current", "7\n")
    write("pids.max", "99\n")
    write(files.maximum, `${1 << 30}\n`)
    write(...files.io)
  }

  /** Of the first of two groups below one other, settled: nothing in them moves any more. */
  function open(): (options?: { economical?: boolean }) => ReturnType<ContainerSampler["sample"]> {
    mount = mkdtempSync(join(tmpdir(), "plimsoll-test-"))
    now = 1_000_000
    oomKills = 5
    for (const group of ["top", "top/one", "top/two"]) cpSync(join(files.fixtures, "container"), join(mount, group), { recursive: true })
    for (const group of ["top", "top/one", "top/two"])
      for (const kind of files.version === "v2" ? ["cpu", "memory", "io"] : [])
        write(
          `${kind}.pressure`,
          "some avg10=0.00 avg60=1.00 avg300=2.00 total=12\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=3\n",
          group,
        )
    const layout = files.layout(mount)
    const signs = new Signs({ now: () => now, readVmstat: () => `nr_free_pages 9\noom_kill ${oomKills}\n` })
    const [one, two] = ["/top/one", "/top/two"].map(
      (path) => new ContainerSampler({ path, controllers: chooseControllers(layout), unified: layout.unified, signs, now: () => now }),
    )
    if (one === undefined || two === undefined) throw new Error("two samplers were asked for")
    samplers.push(one, two)
    const sampleNext = (options: { economical?: boolean } = { economical: true }): ReturnType<ContainerSampler["sample"]> => {
      now += 1000
      const sample = one.sample(options)
      two.sample({ economical: true })
      return sample
    }
    sampleNext({ economical: false })
    sampleNext()
    sampleNext()
    sampleNext()
    return sampleNext
  }

  it("reads nothing but CPU time and charge while neither moves, for ten seconds at most", () => {
    const sampleNext = open()
    const before = sampleNext()
    changeWholly()
    const seen = []
    for (let passed = 0; passed <= WHOLE_EVERY_MS; passed += 1000) seen.push(sampleNext())
    const after = seen.find((stats) => stats?.pids.current === 7)
    expect(seen[0]).toEqual({ ...before, sampledAt: (before?.sampledAt ?? 0) + 1000 })
    expect(after).toMatchObject({
      pids: { current: 7, max: 99 },
      memory: { anonBytes: 4096, maxBytes: 1 << 30 },
      io: { readBytes: 5_000_000 },
    })
  })

  it("that is not economical reads all of it", () => {
    const sampleNext = open()
    changeWholly()
    expect(sampleNext({ economical: false })).toMatchObject({
      pids: { current: 7, max: 99 },
      memory: { anonBytes: 4096, maxBytes: 1 << 30 },
      io: { readBytes: 5_000_000 },
    })
  })

  it("of a group that ran reads its processes, and what memory is made of only when its charge moved", () => {
    const sampleNext = open()
    changeWholly()
    write(...files.ran)
    const ran = sampleNext()
    expect(ran?.pids).toEqual({ current: 7, max: 64 })
    expect(ran?.memory.anonBytes).not.toBe(4096)
    write(files.charge, "1048576\n")
    expect(sampleNext()?.memory).toMatchObject({ chargedBytes: 1_048_576, anonBytes: 4096 })
  })

  it("sees memory that is taken back while nothing runs", () => {
    const sampleNext = open()
    setAnon(8192)
    write(files.charge, "65536\n")
    expect(sampleNext()?.memory).toMatchObject({ chargedBytes: 65_536, anonBytes: 8192 })
  })

  it("reads what memory is made of each time where the limit is near: there pages change under one charge", () => {
    const sampleNext = open()
    write(files.charge, `${41_943_040 - 4096}\n`)
    sampleNext()
    setAnon(12_288)
    write(...files.ran)
    expect(sampleNext()?.memory.anonBytes).toBe(12_288)
  })

  it("reads I/O of a group that ran only when the group above counted some", () => {
    const sampleNext = open()
    write(...files.io)
    write(...files.ran)
    expect(sampleNext()?.io.readBytes).not.toBe(5_000_000)
    write(files.operations, files.version === "v1" ? "8:0 Read 9000\nTotal 9000\n" : "8:0 rbytes=7 wbytes=0 rios=9000 wios=0\n", "top")
    write(files.charge, "1048576\n")
    expect(sampleNext()?.io.readBytes).toBe(5_000_000)
  })

  it("goes on reading a group with I/O under way although nothing in it runs", () => {
    const sampleNext = open()
    write(files.operations, files.version === "v1" ? "8:0 Read 9000\nTotal 9000\n" : "8:0 rbytes=7 wbytes=0 rios=9000 wios=0\n", "top")
    write(files.operations, files.version === "v1" ? "8:0 Read 8000\nTotal 8000\n" : "8:0 rbytes=7 wbytes=0 rios=8000 wios=0\n")
    write(...files.ran)
    expect(sampleNext()?.io.readOperations).toBe(8000)
    write(files.operations, files.version === "v1" ? "8:0 Read 9900\nTotal 9900\n" : "8:0 rbytes=7 wbytes=0 rios=9900 wios=0\n", "top")
    write(files.operations, files.version === "v1" ? "8:0 Read 8900\nTotal 8900\n" : "8:0 rbytes=7 wbytes=0 rios=8900 wios=0\n")
    expect(sampleNext()?.io.readOperations).toBe(8900)
  })

  it("reads OOM kills of a group that ran when the kernel counted one anywhere", () => {
    const sampleNext = open()
    write(...files.oom)
    write(...files.ran)
    expect(sampleNext()?.memory.oomKills).toBe(1)
    oomKills = 6
    write(files.charge, "1048576\n")
    expect(sampleNext()?.memory.oomKills).toBe(2)
  })

  it("after limits were written reads them", () => {
    const sampleNext = open()
    changeWholly()
    samplers[0]?.forget()
    expect(sampleNext()).toMatchObject({ pids: { max: 99 }, memory: { maxBytes: 1 << 30 } })
  })

  it("after the clock went back reads all of it", () => {
    const sampleNext = open()
    changeWholly()
    now -= 3_600_000
    expect(sampleNext()?.pids).toEqual({ current: 7, max: 99 })
  })

  it("without a counter of CPU time reads the group each time: nobody knows whether it ran", () => {
    const sampleNext = open()
    sampleNext()
    const layout = files.layout(mount)
    const controllers = chooseControllers(layout).filter(({ name }) => name !== "cpu" && name !== "cpuacct")
    const blind = new ContainerSampler({ path: "/top/one", controllers, unified: undefined, signs: new Signs(), now: () => now })
    samplers.push(blind)
    for (let index = 0; index < 3; index++) blind.sample({ economical: true })
    write("pids.current", "7\n")
    expect(blind.sample({ economical: true })?.pids.current).toBe(7)
  })

  it("leaves samples that were given before as they were", () => {
    const sampleNext = open()
    const before = sampleNext()
    const kept = structuredClone(before)
    changeWholly()
    write(...files.ran)
    write(files.charge, "1048576\n")
    for (let index = 0; index < 12; index++) sampleNext()
    expect(before).toEqual(kept)
  })
})

describe("an economical sample", () => {
  const nought = "some avg10=0.00 avg60=1.00 avg300=2.00 total=12\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=3\n"
  let mount: string

  function openOne(layout: CgroupLayout, stepMs = 10): (changes?: Record<string, string>) => ReturnType<ContainerSampler["sample"]> {
    let now = 1000
    const sampler = new ContainerSampler({
      path: "/container",
      controllers: chooseControllers(layout),
      unified: layout.unified,
      signs: new Signs({ now: () => now, readVmstat: () => "oom_kill 0\n" }),
      now: () => now,
    })
    closing.push(() => sampler.close())
    return (changes = {}) => {
      for (const [name, text] of Object.entries(changes)) writeFileSync(join(mount, "container", name), text)
      now += stepMs
      return sampler.sample({ economical: true })
    }
  }

  const closing: (() => void)[] = []
  const copyOf = (fixtures: string): string => {
    mount = mkdtempSync(join(tmpdir(), "plimsoll-test-"))
    cpSync(join(fixtures, "container"), join(mount, "container"), { recursive: true })
    closing.push(() => rmSync(mount, { recursive: true }))
    return mount
  }
  afterEach(() => {
    for (const close of closing.splice(0)) close()
  })

  it("follows a wait that goes on, and its average of ten seconds, until that is nought", () => {
    const sample = openOne(v2(copyOf(v2Fixtures)), 1950)
    for (const kind of ["memory", "io"]) writeFileSync(join(mount, "container", `${kind}.pressure`), nought)
    sample()
    sample({ "cpu.pressure": nought.replace("avg10=0.00", "avg10=9.00") })
    expect(sample({ "cpu.pressure": nought.replace("avg10=0.00", "avg10=4.25").replace("12", "4812345") })?.pressure?.cpu?.some).toEqual({
      avg10: 4.25,
      avg60: 1,
      avg300: 2,
      totalMicros: 4_812_345,
    })
    const settled = nought.replace("12", "4812345")
    expect(sample({ "cpu.pressure": settled })?.pressure?.cpu?.some.avg10).toBe(0)
    sample()
    // Over: nothing of it is read while nothing runs.
    expect(sample({ "cpu.pressure": settled.replace("avg60=1.00", "avg60=0.10") })?.pressure?.cpu?.some.avg60).toBe(1)
  })

  it("reads waits as often as the kernel sums them up, which is every two seconds", () => {
    const sample = openOne(v2(copyOf(v2Fixtures)), 1000)
    sample()
    const more = (usage: number, total: string): Record<string, string> => ({
      "cpu.stat": `usage_usec ${usage}\nuser_usec 998522\nsystem_usec 2754318\n`,
      "cpu.pressure": nought.replace("12", total),
    })
    const before = sample(more(4_000_000, "100"))?.pressure?.cpu?.some.totalMicros
    expect(before).not.toBe(100)
    expect(sample(more(5_000_000, "200"))?.pressure?.cpu?.some.totalMicros).toBe(200)
    expect(sample(more(6_000_000, "300"))?.pressure?.cpu?.some.totalMicros).toBe(200)
    expect(sample(more(7_000_000, "400"))?.pressure?.cpu?.some.totalMicros).toBe(400)
    sample(more(8_000_000, "500"))
    // Nothing ran since; what it waited before is told all the same.
    expect(sample()?.pressure?.cpu?.some.totalMicros).toBe(500)
  })

  it("reads throttling each time where there is a quota, which may strike while nothing runs", () => {
    const layout = v1(copyOf(v1Fixtures))
    writeFileSync(join(mount, "container/cpu.cfs_quota_us"), "50000\n")
    const sample = openOne(layout)
    sample()
    const stat = (periods: number): Record<string, string> => ({
      "cpu.stat": `nr_periods ${periods}\nnr_throttled 24\nthrottled_time 9000\n`,
    })
    expect(sample(stat(25))?.cpu.periods).toBe(25)
    expect(sample(stat(26))?.cpu.periods).toBe(26)
  })

  it("reads user and system time on v1 when there can be a tick more", () => {
    const sample = openOne(v1(copyOf(v1Fixtures)))
    sample()
    const stat = { "cpuacct.stat": "user 44\nsystem 6\n" }
    expect(sample({ ...stat, "cpuacct.usage": "506600000\n" })?.cpu).toMatchObject({ usageMicros: 506_600, userMicros: 430_000 })
    expect(sample({ "cpuacct.usage": "506700000\n" })?.cpu).toMatchObject({ usageMicros: 506_700, userMicros: 440_000 })
  })
})

describe("reading figures", () => {
  it("a key that is the end or the beginning of another is not taken for it", () => {
    const text = "anon_thp 5\nanon 7\nfile_anon 9\n"
    expect(field(text, "anon")).toBe(7)
    expect(field(text, "file")).toBeUndefined()
    expect(field("user 3\nsystem 4", "user")).toBe(3)
  })

  it("pressure without a full line, and none at all", () => {
    expect(parsePressure("some avg10=1.50 avg60=0.00 avg300=0.00 total=12\n")).toEqual({
      some: { avg10: 1.5, avg60: 0, avg300: 0, totalMicros: 12 },
    })
    expect(parsePressure("")).toBeUndefined()
  })
})
