import { describe, expect, test } from "vitest"
import { EngineError } from "../errors.js"
import { familiarReference, normaliseReference, parseReference } from "./reference.js"

const digest = `sha256:${"0123456789abcdef".repeat(4)}`

describe("references are normalised as Docker does it", () => {
  test.each([
    ["alpine", "docker.io/library/alpine:latest"],
    ["alpine:3.19", "docker.io/library/alpine:3.19"],
    ["library/alpine", "docker.io/library/alpine:latest"],
    ["plimsoll/starter", "docker.io/plimsoll/starter:latest"],
    ["docker.io/alpine", "docker.io/library/alpine:latest"],
    ["index.docker.io/library/alpine:3", "docker.io/library/alpine:3"],
    ["localhost/app", "localhost/app:latest"],
    ["localhost:5000/app:1", "localhost:5000/app:1"],
    ["ghcr.io/Owner".toLowerCase(), "ghcr.io/owner:latest"],
    ["registry.example.com:443/a/b/c:v1.2-rc.3", "registry.example.com:443/a/b/c:v1.2-rc.3"],
    ["[::1]:5000/app", "[::1]:5000/app:latest"],
    ["MyHost/app", "MyHost/app:latest"],
    [`alpine@${digest}`, `docker.io/library/alpine@${digest}`],
    [`alpine:3@${digest}`, `docker.io/library/alpine:3@${digest}`],
    ["a__b/c--d.e", "docker.io/a__b/c--d.e:latest"],
  ])("%s is %s", (text, normalised) => {
    expect(normaliseReference(text)).toBe(normalised)
    expect(normaliseReference(normalised)).toBe(normalised)
  })

  test.each([
    "",
    ":",
    "@",
    "a:",
    "a@",
    "/a",
    "a/",
    "a//b",
    "Alpine",
    "a:b:c",
    "a b",
    "--x",
    ";",
    "$(x)",
    "a\n",
    "a\0b",
    "../a",
    "a/../b",
    "a:.x",
    `a:${"t".repeat(129)}`,
    "a@sha256:zz",
    `a@md5:${"0".repeat(32)}`,
    "a".repeat(300),
    "x".repeat(65_536),
    "0123456789abcdef".repeat(4),
    "ä",
    "-host/a",
    "host-.com/a",
    "a_.b",
  ])("%j is refused as invalid_reference with a hint", (text) => {
    const error = thrownBy(() => parseReference(text))
    expect(error).toBeInstanceOf(EngineError)
    expect(error).toMatchObject({ code: "invalid_reference", publicMessage: expect.stringContaining("Write it like") })
  })

  test("the familiar spelling is what people type", () => {
    expect(familiarReference(parseReference("docker.io/library/alpine:3"))).toBe("alpine:3")
    expect(familiarReference(parseReference("docker.io/plimsoll/starter"))).toBe("plimsoll/starter:latest")
    expect(familiarReference(parseReference("ghcr.io/a/b:1"))).toBe("ghcr.io/a/b:1")
  })

  test("random text is parsed or refused with invalid_reference, never anything else, and what parses is stable", () => {
    const random = generator(42)
    const alphabet = "aA0.:/@_-[] \0é~sha256:library/localhost"
    for (let round = 0; round < 20_000; round++) {
      const text = Array.from({ length: random(40) }, () => alphabet[random(alphabet.length)]).join("")
      const outcome = thrownBy(() => expect(normaliseReference(normaliseReference(text))).toBe(normaliseReference(text)))
      if (outcome !== undefined) expect(outcome, JSON.stringify(text)).toMatchObject({ code: "invalid_reference" })
    }
  })

  test("hostile lengths cost no time", () => {
    const started = performance.now()
    for (const text of ["a-".repeat(50_000), `${"a.".repeat(500)}/x`, "_".repeat(1024), `a${"--".repeat(510)}!`])
      expect(() => parseReference(text)).toThrow(EngineError)
    expect(performance.now() - started).toBeLessThan(500)
  })
})

function thrownBy(action: () => unknown): unknown {
  try {
    action()
    return undefined
  } catch (error) {
    return error
  }
}

/** Repeatable pseudo-random numbers below a bound (mulberry32). */
function generator(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let value = Math.imul(state ^ (state >>> 15), 1 | state)
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value
    return ((value ^ (value >>> 14)) >>> 0) % below
  }
}
