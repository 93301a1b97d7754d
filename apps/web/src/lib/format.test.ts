import { describe, expect, test } from "vitest"
import { createFormat } from "./format"

const en = createFormat("en", "UTC")
const ru = createFormat("ru", "UTC")
const plain = (text: string) => text.replaceAll("\u00a0", " ").replaceAll("\u202f", " ")
const GIB = 1024 ** 3

describe("bytes", () => {
  test.each([
    [0, "0 B"],
    [1023, "1,023 B"],
    [512, "512 B"],
    [1536, "1.5 KiB"],
    [184 * 1024 ** 2, "184 MiB"],
    [1023.9 * 1024 ** 2, "1 GiB"],
    [58.3 * GIB, "58.3 GiB"],
    [2048 * GIB, "2 TiB"],
  ])("%d is %s", (value, text) => expect(plain(en.bytes(value))).toBe(text))

  test("what is not known is a dash and never a zero", () => {
    for (const value of [null, undefined, Number.NaN, -1]) expect(en.bytes(value)).toBe("–")
  })

  test("Russian has a decimal comma and its own units", () => {
    expect(plain(ru.bytes(58.3 * GIB))).toBe("58,3 ГиБ")
    expect(plain(ru.bytesPerSecond(1536))).toBe("1,5 КиБ/с")
  })

  test("network rates count decimal bits", () => expect(plain(en.bitsPerSecond(125_000))).toBe("1 Mbit/s"))
})

describe("shares and ratios", () => {
  test.each([
    [0, "0 %"],
    [0.004, "0.4 %"],
    [0.46, "46 %"],
    [0.0995, "10 %"],
    [1.5, "150 %"],
  ])("a share of %d is %s", (share, text) => expect(plain(en.percent(share))).toBe(text))

  test.each([
    [2.43, "2.4"],
    [0.4, "0.4"],
    [0.0312, "0.03"],
    [0.002, "0.002"],
    [12.4, "12"],
    [0, "0"],
  ])("%d times is written %s", (ratio, text) => expect(en.times(ratio)).toBe(text))

  test("cores follow the plural of their language", () => {
    expect(plain(en.cores(1))).toBe("1 core")
    expect(plain(en.cores(0.5))).toBe("0.5 cores")
    expect(plain(ru.cores(1))).toBe("1 ядро")
    expect(plain(ru.cores(0.5))).toBe("0,5 ядра")
    expect(plain(ru.cores(8))).toBe("8 ядер")
  })

  test.each([
    [0, "0 cores"],
    [0.0003, "< 0.001 cores"],
    [0.0042, "0.004 cores"],
    [0.0634, "0.063 cores"],
    [0.0997, "0.1 cores"],
    [1.957, "1.96 cores"],
    [31.44, "31.4 cores"],
  ])("%d cores are %s: little is not nothing", (value, text) => expect(plain(en.cores(value))).toBe(text))
})

describe("time", () => {
  test.each([
    [340, "340 ms"],
    [61_000, "1 min 1 s"],
    [3_600_000, "1 h"],
    [2 * 86_400_000 + 3 * 3_600_000 + 59_000, "2 d 3 h"],
  ])("%d ms last %s", (milliseconds, text) => expect(plain(en.duration(milliseconds))).toBe(text))

  test("ago counts in one unit, and what is to come is said so", () => {
    expect(plain(en.ago(0, 125_000))).toBe("2 min ago")
    expect(plain(ru.ago(0, 125_000))).toBe("2 мин назад")
    expect(plain(en.ago(10_000, 0))).toBe("in 10 s")
    expect(en.ago(1000, 1500)).toBe("now")
  })

  test("the day is left out today", () => {
    const noon = Date.UTC(2026, 10, 21, 12, 0, 5)
    expect(en.clock(noon, noon + 1000)).toBe("12:00:05")
    expect(en.clock(noon, noon + 86_400_000)).toBe("Nov 21, 12:00:05")
  })
})
