import { expect, test } from "vitest"
import { appendLines, emptyLog, filterLog, LINE_CAPACITY, levelOf, splitAtMatches } from "./log-buffer"

const line = (text: string, change: Partial<{ stream: "stdout" | "stderr"; partial: boolean; timestamp: number }> = {}) => ({
  stream: "stdout" as const,
  timestamp: 1,
  text,
  partial: false,
  ...change,
})

test("parts of a line are joined per stream, also over batches, under the time of the first", () => {
  const first = appendLines(emptyLog, [line("a", { partial: true, timestamp: 5 }), line("x", { stream: "stderr" })])
  const second = appendLines(first, [line("b", { timestamp: 9 })])
  expect(second.lines.map(({ text, timestamp }) => [text, timestamp])).toEqual([
    ["x", 1],
    ["ab", 5],
  ])
})

test("the buffer is bounded, counts what went, and keys stay with their lines", () => {
  const full = appendLines(
    emptyLog,
    Array.from({ length: 25 }, (_, index) => line(String(index))),
    { capacity: 10 },
  )
  expect(full.lines.map(({ sequence }) => sequence)).toEqual([15, 16, 17, 18, 19, 20, 21, 22, 23, 24])
  expect(full.dropped).toBe(15)
})

test("colours and other controls are not shown, tabs are", () => {
  expect(appendLines(emptyLog, [line("\u001b[31mred\u001b[0m\tx\r\u0000\u001b]0;title\u0007")]).lines[0]?.text).toBe("red\tx")
})

test("a line that never ends does not grow for ever", () => {
  let buffer = emptyLog
  for (let part = 0; part < 5; part++) buffer = appendLines(buffer, [line("y".repeat(LINE_CAPACITY / 2), { partial: true })])
  expect(buffer.open.stdout?.text).toHaveLength(LINE_CAPACITY)
})

test("levels are read near the beginning of a line", () => {
  expect(levelOf("2026-01-01 ERROR boom")).toBe("error")
  expect(levelOf('{"level":"warn","msg":"x"}')).toBe("warning")
  expect(levelOf("terror attack on information")).toBeUndefined()
})

test("filters by text, stream and level together", () => {
  const { lines } = appendLines(emptyLog, [line("error: Disk"), line("error: net", { stream: "stderr" }), line("disk ok")])
  expect(filterLog(lines, { text: "disk", streams: ["stdout", "stderr"], levels: ["error"] }).map(({ text }) => text)).toEqual([
    "error: Disk",
  ])
  expect(filterLog(lines, { text: "", streams: ["stderr"], levels: [] }).map(({ text }) => text)).toEqual(["error: net"])
})

test("a log that is read from a moment keeps that moment, however much was written since", () => {
  const batch = Array.from({ length: 25 }, (_, index) => line(String(index)))
  const full = appendLines(emptyLog, batch, { capacity: 10, keep: "first" })
  expect(full.lines.map(({ text }) => text)).toEqual(["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"])
  expect(full).toMatchObject({ full: true, dropped: 0 })
  expect(appendLines(full, batch, { capacity: 10, keep: "first" })).toBe(full)
})

test("a match is shown with the lines around it, each line once and in order", () => {
  const { lines } = appendLines(
    emptyLog,
    ["a", "b", "hit 1", "c", "hit 2", "d", "e", "f", "hit 3"].map((text) => line(text)),
  )
  const shown = (context: number) =>
    filterLog(lines, { text: "hit", streams: ["stdout", "stderr"], levels: [], context }).map((each) =>
      each.context ? `(${each.text})` : each.text,
    )
  expect(shown(0)).toEqual(["hit 1", "hit 2", "hit 3"])
  expect(shown(1)).toEqual(["(b)", "hit 1", "(c)", "hit 2", "(d)", "(f)", "hit 3"])
  expect(shown(3)).toEqual(["(a)", "(b)", "hit 1", "(c)", "hit 2", "(d)", "(e)", "(f)", "hit 3"])
})

test("every place that matches is marked, and the text stays as it was", () => {
  expect(splitAtMatches("Error: no error here", "ERROR")).toEqual(["", "Error", ": no ", "error", " here"])
  expect(splitAtMatches("nothing", "x")).toEqual(["nothing"])
  expect(splitAtMatches("aaa", "")).toEqual(["aaa"])
})
