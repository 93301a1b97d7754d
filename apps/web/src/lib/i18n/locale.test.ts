import { expect, test } from "vitest"
import { asLocale, preferredLocale } from "./locale"

test.each([
  ["ru-RU,ru;q=0.9,en;q=0.8", "ru"],
  ["de-DE,de;q=0.9,en;q=0.8,ru;q=0.7", "en"],
  ["en;q=0.5, ru;q=0.6", "ru"],
  ["ru;q=0, en", "en"],
  ["fr", "en"],
  ["", "en"],
  [null, "en"],
] as const)("a browser that wants %s gets %s", (header, locale) => expect(preferredLocale(header)).toBe(locale))

test("an unknown locale in the cookie is English", () => expect(asLocale("xx")).toBe("en"))
