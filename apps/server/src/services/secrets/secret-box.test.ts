import { expect, test } from "vitest"
import { createSecretBox } from "./secret-box.js"

const box = createSecretBox("a secret that is long enough for this")

test("what was sealed comes back, and the same text never looks the same twice", () => {
  const sealed = box.seal("pässword", "registry docker.io")
  expect(box.open(sealed, "registry docker.io")).toBe("pässword")
  expect(box.seal("pässword", "registry docker.io")).not.toBe(sealed)
  expect(sealed).not.toContain("ssword")
})

test("another row's secret, another installation's, a changed one and plain text are refused", () => {
  const sealed = box.seal("password", "registry docker.io")
  expect(() => box.open(sealed, "registry ghcr.io")).toThrow()
  expect(() => createSecretBox("another secret, of another installation").open(sealed, "registry docker.io")).toThrow()
  const changed = `${sealed.slice(0, -2)}${sealed.endsWith("AA") ? "BB" : "AA"}`
  expect(() => box.open(changed, "registry docker.io")).toThrow()
  expect(() => box.open("password", "registry docker.io")).toThrow()
  expect(() => box.open("v1.AAAA", "registry docker.io")).toThrow()
})
