import { readFileSync } from "node:fs"
import { describe, expect, test } from "vitest"

const css = readFileSync(new URL("./globals.css", import.meta.url), "utf8")

/** The colours of one theme, by name. */
function tokensOf(selector: string): Record<string, string> {
  const start = css.indexOf(`${selector} {`)
  const block = css.slice(start, css.indexOf("}", start))
  return Object.fromEntries([...block.matchAll(/--([\w-]+):\s*(#[0-9a-f]{6});/g)].map((match) => [match[1], match[2]]))
}

/** Relative luminance (WCAG 2.2, definition of contrast ratio). */
function luminance(hex: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const channel = Number.parseInt(hex.slice(at, at + 2), 16) / 255
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

function contrast(one: string, other: string): number {
  const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a) as [number, number]
  return (light + 0.05) / (dark + 0.05)
}

describe.each(["light", "dark"])("the %s theme meets WCAG AA", (theme) => {
  const tokens = tokensOf(`[data-theme="${theme}"]`)
  const colour = (name: string) => tokens[name] ?? expect.fail(`--${name} is missing`)
  const pairs = (inks: string[], surfaces: string[]) => inks.flatMap((ink) => surfaces.map((surface) => [ink, surface] as const))

  test("both themes define the same tokens", () =>
    expect(Object.keys(tokens).sort()).toEqual(Object.keys(tokensOf('[data-theme="light"]')).sort()))

  test.each([
    ...pairs(["ink", "mute", "faint", "load-ink", "run-ink", "sleep-ink", "warn-ink", "bad-ink"], ["bg", "panel", "raised", "field"]),
    ...pairs(["ink", "mute"], ["hover", "selected"]),
    ["inverse-ink", "inverse"] as const,
    ["bad-fill-ink", "bad-fill"] as const,
  ])("text in %s on %s: 4.5 to 1", (ink, surface) => expect(contrast(colour(ink), colour(surface))).toBeGreaterThanOrEqual(4.5))

  test.each(
    pairs(
      ["line-strong", "focus", "load", "run", "sleep", "warn", "bad", "series1", "series2", "series3", "series4", "series5", "series6"],
      ["bg", "panel"],
    ),
  )("marks in %s on %s: 3 to 1", (mark, surface) => expect(contrast(colour(mark), colour(surface))).toBeGreaterThanOrEqual(3))
})
