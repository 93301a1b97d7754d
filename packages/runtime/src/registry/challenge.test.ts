import { expect, test } from "vitest"
import { parseChallenge } from "./challenge.js"

test.each([
  [
    'Bearer realm="https://auth.test/token",service="registry.test",scope="repository:a:pull"',
    { scheme: "bearer", realm: "https://auth.test/token", service: "registry.test" },
  ],
  ["bearer realm=https://auth.test/token", { scheme: "bearer", realm: "https://auth.test/token" }],
  ['Basic realm="a, b"', { scheme: "basic" }],
  ["Basic", { scheme: "basic" }],
  ['Basic realm="x", Bearer realm="https://a.test/t"', { scheme: "bearer", realm: "https://a.test/t" }],
  ['Negotiate, Basic realm="x"', { scheme: "basic" }],
  ['Bearer realm="a\\"b"', { scheme: "bearer", realm: 'a"b' }],
  ["Bearer service=x", undefined],
  ["Digest nonce=1", undefined],
  ["", undefined],
])("%s", (header, expected) => {
  expect(parseChallenge(header)).toEqual(expected)
})

test("100 KB of hostile text takes no time", () => {
  for (const text of [
    'a="'.repeat(30_000),
    `Bearer realm="${"\\".repeat(100_000)}`,
    "a ".repeat(50_000),
    ",".repeat(100_000),
    " ".repeat(100_000),
  ]) {
    const begun = performance.now()
    parseChallenge(text)
    expect(performance.now() - begun, text.slice(0, 10)).toBeLessThan(50)
  }
})
