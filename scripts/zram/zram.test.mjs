import { expect, it } from "vitest"
import { parseZramSize } from "./parse-zram-size.mjs"
import { chooseAlgorithm } from "./set-up-zram-swap.mjs"

const memory = 8 * 2 ** 30

it.each([
  ["50%", 4 * 2 ** 30],
  ["12.5%", 2 ** 30],
  ["4G", 4 * 2 ** 30],
  ["4GiB", 4 * 2 ** 30],
  ["1.5g", 1.5 * 2 ** 30],
  ["512M", 512 * 2 ** 20],
  ["1048576K", 2 ** 30],
  [String(2 ** 26 + 1), 2 ** 26],
])("--size %s is understood, in whole pages", (text, bytes) => {
  expect(parseZramSize(text, memory)).toBe(bytes)
})

it.each(["", "half", "-1G", "50 %", "4X", "1M", "0", "0%", "400%", "1T"])("--size %s is refused", (text) => {
  expect(() => parseZramSize(text, memory)).toThrow(/--size/)
})

it("the best algorithm that the kernel has is chosen, and none that it lacks", () => {
  expect(chooseAlgorithm("lzo-rle lzo [lz4] zstd\n", undefined)).toBe("zstd")
  expect(chooseAlgorithm("[lzo-rle] lzo lz4\n", undefined)).toBe("lzo-rle")
  expect(chooseAlgorithm("[deflate] 842\n", undefined)).toBe("deflate")
  expect(chooseAlgorithm("[lzo-rle] lz4\n", "lz4")).toBe("lz4")
  expect(() => chooseAlgorithm("[lzo-rle] lz4\n", "zstd")).toThrow(/lzo-rle, lz4/)
})
