import { describe, expect, test } from "vitest"
import { digestHex, digestMismatch, digestOfHex, isDigest, parseDigest } from "./digest.js"

const hex = "a".repeat(64)

describe("digests", () => {
  test("sha256 with 64 lower-case hexadecimal digits is accepted and taken apart", () => {
    expect(parseDigest(`sha256:${hex}`)).toBe(`sha256:${hex}`)
    expect(digestHex(digestOfHex(hex))).toBe(hex)
  })

  test.each([
    "",
    "sha256:",
    `sha256:${hex}0`,
    `sha256:${hex.slice(1)}`,
    `sha256:${hex.toUpperCase()}`,
    `sha512:${hex}`,
    `sha256:${hex}\n`,
    `../../${hex}`,
  ])("%j is refused, so that it never becomes part of a path", (text) => {
    expect(isDigest(text)).toBe(false)
    expect(() => parseDigest(text)).toThrowError(expect.objectContaining({ code: "invalid_argument" }))
  })

  test("a mismatch names both digests", () => {
    expect(digestMismatch(digestOfHex(hex), digestOfHex("b".repeat(64)))).toMatchObject({
      code: "digest_mismatch",
      facts: { expected: `sha256:${hex}` },
    })
  })
})
