import { readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { ladderRungs, type OverprovisioningNow } from "../../contract/overprovisioning.js"
import type { HostCounters } from "../host/host-counters.js"
import type { Sampler } from "../live/sampler.js"
import { createPrometheus, type PrometheusDependencies } from "./create-prometheus.js"
import { EventCounter } from "./event-counter.js"
import { metricGroups } from "./metric-groups.js"
import { writeExposition } from "./write-exposition.js"

const NOW = 1_800_000_000_000
const pressure = {
  some: { avg10: 1, avg60: 5, avg300: 1, totalMicros: 2_500_000 },
  full: { avg10: 2, avg60: 1, avg300: 1, totalMicros: 500_000 },
}
const line = (resource: "memory" | "cpu" | "disk" | "pids") => ({
  ...{ resource, capacity: 100, reserve: 10, allocatable: 90, sold: 200, guaranteed: 20, used: 30, predictedPeak: 50, wakeDebt: 5 },
  predictedParts: [{ name: "seen" as const, amount: 40, sales: 3 }],
  ...{ predictedPeakAt: NOW + 3_600_000, theta: 0.85, loadLine: 220, headroom: 20, decidedBy: "prediction" as const, historyDays: 9 },
  risk: { days: 1000, exceeded: 2, worstShare: 1.1 },
})
const overprovisioning: OverprovisioningNow = {
  at: NOW,
  resources: [line("memory"), line("cpu"), line("disk"), line("pids")],
  plans: [{ plan: "p1", name: "Small", fits: 38, boundBy: "memory" }],
  memory: {
    ...{ anonBytes: 1, shmemBytes: 2, kernelBytes: 3, cachedBytes: 4, freeBytes: 5, swap: { totalBytes: 6, usedBytes: 7 } },
    ...{ zram: { devices: 1, storedBytes: 8, takenBytes: 9 }, zswap: { storedBytes: 10, takenBytes: 11 } },
  },
  disks: { promisedBytes: 1, allocatedBytes: 2, usedBytes: 3, reclaimableBytes: 4, daysToFull: 5 },
  pressure: { memory: null, cpu: null, io: null },
  settings: { mode: "enforce" } as never,
  defaults: {} as never,
  set: {},
  remarks: [],
  remarkFacts: [],
  ladder: {
    settings: { mode: "act", rungs: Object.fromEntries(ladderRungs.map((rung) => [rung, { mode: "act", usedShare: 0.9 }])) } as never,
    defaults: {} as never,
    ...{ rung: "tighten", since: NOW, why: "", shortage: null, steps: [], stopped: [] },
    napping: [{ id: "a", name: "a", tenant: "acme", since: NOW, gaveBackBytes: 77 }],
    hibernating: [{ id: "h", name: "h", tenant: "acme", since: NOW, gaveBackBytes: 78, imageBytes: 79 }],
  },
}
const machine = {
  ...{ at: NOW, cores: 2, cpuBusySeconds: 12.5, loadAverage: [0.5, 1, 2], memory: { totalBytes: 1, availableBytes: 2, cachedBytes: 3 } },
  ...{ swap: { totalBytes: 4, freeBytes: 5 }, network: { receivedBytes: 6, transmittedBytes: 7 }, disk: { readBytes: 8, writtenBytes: 9 } },
  ...{ space: { totalBytes: 10, usedBytes: 11 }, pressure: { memory: pressure } },
} satisfies HostCounters

/** A container that tells all that there is to tell. */
function container(id: string, tenant: string, host = "local") {
  const row = {
    id: id.repeat(64),
    name: `web "${id}"`,
    tenant,
    host,
    restartCount: 3,
    limits: { cpuMaxCores: 2, memoryMaxBytes: 50, pidsMax: 9 },
  }
  const state = { status: "running", pid: 1, startedAt: NOW - 5000 }
  const stats = {
    cpu: { usageMicros: 1_500_000, periods: 10, throttledPeriods: 2, throttledMicros: 250_000 },
    memory: { usedBytes: 10, chargedBytes: 20, swapBytes: 3, majorFaults: 4, oomKills: 1 },
    io: { readBytes: 1, writeBytes: 2, readOperations: 3, writeOperations: 4 },
    ...{
      pids: { current: 5 },
      network: { receivedBytes: 6, transmittedBytes: 7 },
      pressure: { cpu: pressure, memory: pressure, io: pressure },
    },
  }
  return { row: { ...row, state }, stats }
}

function samplerOf(containers: ReturnType<typeof container>[], sampledAt = NOW) {
  const rows = new Map(containers.map(({ row }) => [row.id, row]))
  const samples = new Map(containers.map(({ row, stats }) => [row.id, { stats }]))
  return { rows, samples, sampledAt } as unknown as Sampler
}

const tenantOf = (name: string) => ({
  ...{ name, status: "active", plan: { id: "p1", name: "Small" }, promisedDiskBytes: 4 },
  ...{ sold: { memoryBytes: 1, cpuCores: 2, diskBytes: 3, pids: 4 }, guaranteed: { memoryBytes: 1, cpuCores: 0.5 } },
  used: { memoryBytes: 1, cpuCores: 0.25, diskBytes: 3, pids: 4 },
  counts: { containers: 1, runningContainers: 1, volumes: 0, networks: 0, publicPorts: 0, tokens: 0, members: 1 },
})

function open(changes: Partial<PrometheusDependencies> = {}) {
  const reported: string[] = []
  const sampler = samplerOf([container("a", "acme"), container("b", "beta")])
  const prometheus = createPrometheus({
    overprovisioning: { now: async () => overprovisioning },
    machine: async () => machine,
    hosts: { list: async () => [{ id: "local", name: "this", kind: "embedded", status: "connected", counts: { running: 2 } }] as never },
    tenants: { list: async () => ["acme", "beta"].map(tenantOf) as never, inspect: async (tenant) => tenantOf(tenant) as never },
    samplers: { all: () => [["local", sampler]] as never },
    events: { counts: new Map([["oom", { kind: "container", action: "oom", count: 2 }]]) },
    version: "1.2.3",
    now: () => NOW,
    report: (_, doing) => reported.push(doing),
    ...changes,
  })
  const scrape = async (tenant: string | null = null, containers = true) => {
    let text = ""
    for await (const part of prometheus.scrape({ tenant, containers })) text += part
    return text
  }
  return { scrape, reported }
}

const families = metricGroups.flatMap((group) =>
  group.families.map((family) => ({ ...family, all: [...group.labels, ...(family.labels ?? [])] })),
)
/** Each series of the text: name, labels, value. */
function parse(text: string) {
  return text
    .split("\n")
    .filter((entry) => entry !== "" && !entry.startsWith("#"))
    .map((entry) => {
      const [, name = "", labels = "", value = ""] = /^([a-z0-9_]+)(?:\{(.*)\})? (\S+)$/.exec(entry) ?? []
      const pairs = [...labels.matchAll(/([a-z]+)="((?:[^"\\]|\\.)*)"/g)].map(([, key = "", text = ""]) => [key, text] as const)
      return { name, labels: Object.fromEntries(pairs), value: Number(value) }
    })
}

describe("the answer to Prometheus", () => {
  it("has every documented name with its labels, once it is known, and no other", async () => {
    const series = parse(await open().scrape())
    expect([...new Set(series.map(({ name }) => name))].sort()).toEqual(families.map(({ name }) => name).sort())
    for (const { name, labels } of series) expect(Object.keys(labels), name).toEqual(families.find((family) => family.name === name)?.all)
  })

  it("tells each name's help and type once, before its series, and no series twice", async () => {
    const text = await open().scrape()
    for (const { name, type, help } of families) {
      const from = text.indexOf(`# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${name}`)
      expect(from, name).toBeGreaterThanOrEqual(0)
      expect(text.indexOf(`# TYPE ${name} `, from + help.length + 60 + name.length * 2), name).toBe(-1)
    }
    const keys = text.split("\n").map((entry) => entry.replace(/ \S+$/, ""))
    expect(keys.filter((key, index) => key.startsWith("plimsoll") && keys.indexOf(key) !== index)).toEqual([])
  })

  it("gives base units", async () => {
    const series = parse(await open().scrape())
    const value = (name: string, labels: object = {}) =>
      series.find((one) => one.name === name && Object.entries(labels).every(([key, text]) => one.labels[key] === text))?.value
    expect(value("plimsoll_memory_sold_bytes", { host: "local" })).toBe(200)
    expect(value("plimsoll_container_cpu_seconds_total", { tenant: "acme", container: "aaaaaaaaaaaa" })).toBe(1.5)
    expect(value("plimsoll_container_pressure_waiting_seconds_total", { resource: "io" })).toBe(2.5)
    expect(value("plimsoll_host_pressure_waiting_60s_ratio", { resource: "memory" })).toBe(0.05)
    expect(value("plimsoll_container_start_timestamp_seconds")).toBe(NOW / 1000 - 5)
    expect(value("plimsoll_history_seconds", { resource: "cpu" })).toBe(9 * 86_400)
    expect(value("plimsoll_ladder_rung")).toBe(3)
    expect(value("plimsoll_hibernating_containers")).toBe(1)
    expect(value("plimsoll_hibernating_gave_back_bytes")).toBe(78)
    expect(value("plimsoll_hibernating_disk_bytes")).toBe(79)
    expect(value("plimsoll_events_total", { kind: "container", action: "oom" })).toBe(2)
  })

  it("shows a tenant its own series and nothing of others or of the machine", async () => {
    const elsewhere = samplerOf([container("c", "acme", "other")])
    const sampler = samplerOf([container("a", "acme"), container("b", "beta")])
    const { scrape } = open({
      samplers: {
        all: () =>
          [
            ["local", sampler],
            ["other", elsewhere],
          ] as never,
      },
    })
    const series = parse(await scrape("acme"))
    expect(series.some(({ name }) => name === "plimsoll_container_cpu_seconds_total")).toBe(true)
    for (const { name, labels } of series) {
      if (/^plimsoll_(tenant|container)_/.test(name)) expect(labels["tenant"], name).toBe("acme")
      else expect(name).toMatch(/^plimsoll_scrape_/)
      expect(labels["host"] ?? "local", name).toBe("local")
    }
  })

  it("leaves out a part that cannot be read, says so, and gives the others", async () => {
    const { scrape, reported } = open({
      overprovisioning: { now: () => Promise.reject(new Error("engine away")) },
      machine: async () => machine,
    })
    const text = await scrape()
    expect(text).toContain('plimsoll_scrape_failed{part="overprovisioning"} 1\n')
    expect(text).toContain('plimsoll_scrape_failed{part="tenants"} 0\n')
    expect(text).not.toContain("plimsoll_memory_sold_bytes")
    expect(text).toContain('plimsoll_host_cpu_cores{host="local"} 2\n')
    expect(reported).toEqual(["read overprovisioning for Prometheus"])
  })

  it("has no series for what is not known, and none of stale samples", async () => {
    const text = await open({ samplers: { all: () => [["local", samplerOf([container("a", "acme")], NOW - 6000)]] as never } }).scrape()
    expect(text).toContain("plimsoll_container_state")
    expect(text).not.toContain("plimsoll_container_cpu_seconds_total")
    expect(text).toContain("plimsoll_container_cpu_limit_cores")
    expect(text).not.toMatch(/NaN|null|undefined/)
  })

  it("tells of one that hibernates what is known: that it does, its limits, and no figures", async () => {
    const { row } = container("a", "acme")
    const hibernated = { ...row, state: { status: "hibernated", startedAt: NOW, hibernatedAt: NOW }, hibernation: { beforeBytes: 1 } }
    const sampler = { rows: new Map([[row.id, hibernated]]), samples: new Map(), sampledAt: NOW } as unknown as Sampler
    const text = await open({ samplers: { all: () => [["local", sampler]] as never } }).scrape()
    expect(text).toMatch(/^plimsoll_container_hibernating\{.*\} 1$/m)
    expect(text).toMatch(/^plimsoll_container_napping\{.*\} 0$/m)
    expect(text).toMatch(/^plimsoll_container_state\{.*state="hibernated"\} 1$/m)
    expect(text).toContain("plimsoll_container_cpu_limit_cores")
    expect(text).not.toContain("plimsoll_container_cpu_seconds_total")
  })

  it("has series of at most 5,000 containers, and counts the rest", async () => {
    const many = Array.from({ length: 5002 }, (_, index) => {
      const { row, stats } = container("a", "acme")
      return { row: { ...row, id: String(index).padStart(12, "0") }, stats }
    })
    const { scrape } = open({ samplers: { all: () => [["local", samplerOf(many)]] as never } })
    const text = await scrape()
    expect(text.match(/^plimsoll_container_napping\{/gm)).toHaveLength(5000)
    expect(text).toContain("plimsoll_scrape_containers_left_out 2\n")
    expect(await scrape(null, false)).not.toContain("plimsoll_container_")
  })

  it("escapes what people call their containers", async () => {
    const family = { name: "x", type: "gauge" as const, unit: "" as const, help: "a\\b\nc", read: (subject: number) => subject }
    let text = ""
    for await (const part of writeExposition([family], [{ subject: Number.POSITIVE_INFINITY, labels: { name: 'a"b\\c\nd' } }])) text += part
    expect(text).toBe('# HELP x a\\\\b\\nc\n# TYPE x gauge\nx{name="a\\"b\\\\c\\nd"} +Inf\n')
  })
})

it("events are counted by kind and action until it is closed, those that alarms are set on from 0", async () => {
  const counter = new EventCounter()
  for (const known of ["container oom", "container hibernate", "ladder hibernate"]) expect(counter.counts.get(known)?.count, known).toBe(0)
  let asked: { after: number | undefined } | undefined
  async function* follow(options: { after: number | undefined; signal: AbortSignal }) {
    asked = options
    for (const action of ["oom", "start", "oom"]) yield { kind: "container", action } as never
    await new Promise((resolve) => options.signal.addEventListener("abort", resolve))
  }
  counter.start({ follow: follow as never }, (error) => expect(error).toBeUndefined())
  await expect.poll(() => counter.counts.get("container oom")?.count).toBe(2)
  await counter.close()
  expect(asked?.after).toBeUndefined()
  expect([...counter.counts.values()].filter(({ count }) => count > 0)).toEqual([
    { kind: "container", action: "oom", count: 2 },
    { kind: "container", action: "start", count: 1 },
  ])
})

describe("docs/reference/prometheus.md", () => {
  const page = readFileSync(join(import.meta.dirname, "../../../../../docs/reference/prometheus.md"), "utf8")

  it("lists each name with its type, unit, labels and meaning, and no other", () => {
    for (const { title, labels, families: own } of metricGroups) {
      const section = page.split(`\n## ${title}\n`)[1]?.split("\n## ")[0] ?? ""
      if (labels.length > 0) expect(section, title).toContain(`Labels of each: ${labels.map((label) => `\`${label}\``).join(" ")}.`)
      const listed = section.split("\n").filter((row) => row.startsWith("| `"))
      const expected = own.map(
        ({ name, type, unit, labels: more = [], help }) =>
          `| \`${name}\` | ${type} | ${unit} | ${more.map((label) => `\`${label}\``).join(" ")} | ${help.replaceAll("|", "\\|")} |`,
      )
      expect(listed, title).toEqual(expected)
    }
    expect(page.match(/^## /gm)).toHaveLength(metricGroups.length)
  })

  it("has names as Prometheus wants them: a prefix, the unit, and _total for counters alone", () => {
    for (const { name, type, unit } of families) {
      expect(name).toMatch(/^plimsoll_[a-z][a-z0-9_]*$/)
      expect(name.endsWith("_total"), name).toBe(type === "counter")
      if (unit !== "") expect(name.replace(/_total$/, ""), name).toMatch(new RegExp(`_${unit}$`))
    }
  })
})
