import { describe, expect, it } from "vitest"
import { someCapacity } from "../../testing/start-line.js"
import { SLOT_MS, SLOTS_PER_DAY } from "../load-line/slots.js"
import { computeLines, type LineFacts } from "./compute-lines.js"
import { defaultLineSettings } from "./line-settings.js"
import type { Sale } from "./sales.js"
import { UseBook, WHOLE } from "./use-book.js"

const GIB = 2 ** 30
const START = 20_000 * SLOTS_PER_DAY

const sale = (id: string, sold: Sale["sold"]): Sale => ({
  key: `container:${id}`,
  kind: "container",
  id,
  name: id,
  tenant: "operator",
  plan: null,
  sold,
  guaranteed: { memory: 1 },
})

/** Every sale uses the same for so many days. */
function watched(sales: readonly Sale[], days: number, use: number): { book: UseBook; atMs: number } {
  const book = new UseBook()
  for (let slot = 0; slot < days * SLOTS_PER_DAY; slot++) {
    const at = (START + slot) * SLOT_MS
    for (const { key } of sales) book.observe("memory", key, at, use)
    book.observe("memory", WHOLE, at, use * sales.length)
  }
  return { book, atMs: (START + days * SLOTS_PER_DAY) * SLOT_MS - 1 }
}

function memoryLine(facts: Partial<LineFacts>) {
  const [line] = computeLines({
    atMs: START * SLOT_MS,
    capacity: someCapacity,
    settings: defaultLineSettings(someCapacity),
    othersDiskBytes: 0,
    sales: [],
    book: new UseBook(),
    used: { memory: 0, cpu: 0, disk: 0, pids: 0 },
    wakeDebtBytes: 0,
    risks: {},
    ...facts,
  })
  if (line === undefined) throw new Error("there is no line")
  return line
}

describe("the load line", () => {
  const four = ["a", "b", "c", "d"].map((id) => sale(id, { memory: 4 * GIB }))

  it("goes by the fallback ratio on a machine that was never watched", () => {
    const line = memoryLine({ sales: four.slice(0, 2) })
    const allocatable = 10 * GIB - 512 * 2 ** 20
    expect(line).toMatchObject({
      allocatable,
      sold: 8 * GIB,
      guaranteed: 2,
      decidedBy: "fallback",
      historyDays: 0,
      loadLine: 1.5 * allocatable,
    })
    expect(line.headroom).toBe(1.5 * allocatable - 8 * GIB)
  })

  it("goes by the fallback ratio on the first day of a machine that was sold little, not by a prediction that nothing is known for", () => {
    const one = four.slice(0, 1)
    for (const days of [0, 0.5, 6]) expect(memoryLine({ sales: one, ...watched(one, days, 0.1 * GIB) }).decidedBy).toBe("fallback")
  })

  it("goes by what was seen after seven days, and then sells more than the machine has", () => {
    const line = memoryLine({ sales: four, ...watched(four, 7, 0.1 * GIB) })
    expect(line.historyDays).toBe(7)
    expect(line.decidedBy).toBe("prediction")
    expect(line.predictedPeak).toBeLessThan(GIB)
    expect(line.loadLine).toBeGreaterThan(20 * GIB)
    expect(line.headroom).toBeCloseTo(0.85 * line.allocatable - line.predictedPeak, 0)
  })

  it("counts use against the line even before seven days", () => {
    const three = four.slice(0, 3)
    const busy = memoryLine({ sales: three, ...watched(three, 3, 3 * GIB) })
    expect(busy.decidedBy).toBe("prediction")
    expect(busy.headroom).toBeLessThan(1.5 * busy.allocatable - busy.sold)
  })

  it("takes the debt of sleepers off", () => {
    const awake = memoryLine({ sales: four })
    expect(memoryLine({ sales: four, wakeDebtBytes: GIB }).headroom).toBe(awake.headroom - GIB)
  })

  it("has the parts of its prediction add up to the peak", () => {
    const { predictedParts, predictedPeak } = memoryLine({ sales: [...four, sale("new", { memory: GIB })], ...watched(four, 2, GIB) })
    expect(predictedParts.reduce((sum, { amount }) => sum + amount, 0)).toBeCloseTo(predictedPeak, 0)
  })

  it("counts what has no limit by twice what was seen in its first day, also while the fallback ratio decides", () => {
    const free = [sale("free", {})]
    const line = memoryLine({ sales: free, ...watched(free, 0.5, 3 * GIB) })
    expect(line.sold).toBe(0)
    expect(line.predictedPeak).toBe(6 * GIB)
    expect(line.headroom).toBeCloseTo(1.5 * (0.85 * line.allocatable - 6 * GIB), 0)
  })

  it("never predicts more than the machine of what has no limit", () => {
    const free = [sale("free", {})]
    const line = memoryLine({ sales: free, ...watched(free, 0.5, 9 * GIB) })
    expect(line.predictedPeak).toBe(line.allocatable)
  })

  it("is negative when the machine shrank below what was sold, and is 0 where the size is unknown", () => {
    const shrunk = memoryLine({ sales: four, capacity: { ...someCapacity, memory: 2 * GIB } })
    expect(shrunk.headroom).toBeLessThan(0)
    expect(memoryLine({ sales: four, capacity: { ...someCapacity, memory: null } })).toMatchObject({
      capacity: 0,
      allocatable: 0,
      headroom: -16 * GIB,
    })
  })

  it("keeps of the disk what others use, and never more than there is", () => {
    const facts = { othersDiskBytes: 200 * GIB }
    const [, , disk] = computeLines({
      atMs: 0,
      capacity: someCapacity,
      settings: defaultLineSettings(someCapacity),
      sales: [],
      book: new UseBook(),
      used: { memory: null, cpu: null, disk: null, pids: null },
      wakeDebtBytes: 0,
      risks: {},
      ...facts,
    })
    expect(disk).toMatchObject({ reserve: someCapacity.disk, allocatable: 0, used: null })
  })

  it("does not grow older by a clock that jumps a month ahead", () => {
    const { book, atMs } = watched(four, 2, GIB)
    const month = 30 * 86_400_000
    expect(book.historyDays("memory", atMs)).toBe(2)
    expect(book.historyDays("memory", atMs + month)).toBe(0)
  })

  it("is drawn for 500 sales with a week of history in less than 20 ms", () => {
    const many = Array.from({ length: 500 }, (_, index) => sale(`s${index}`, { memory: GIB }))
    const history = watched(many, 7, GIB / 20)
    const times = Array.from({ length: 9 }, () => {
      const before = performance.now()
      memoryLine({ sales: many, ...history })
      return performance.now() - before
    }).sort((a, b) => a - b)
    expect(times[4]).toBeLessThan(20)
  })
})
