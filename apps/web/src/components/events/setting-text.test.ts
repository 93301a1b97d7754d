import { createTranslator } from "use-intl/core"
import { expect, test } from "vitest"
import { createFormat, type Locale } from "@/lib/format"
import { messages } from "@/lib/i18n/messages"
import { settingText } from "./setting-text"

const told = (locale: Locale, name: string, value: string) =>
  settingText(name, value, {
    t: createTranslator({ locale, messages: messages[locale], namespace: "audit.settings" }),
    format: createFormat(locale, "UTC"),
  })

test("a setting that goes by its default again is told in words", () => {
  expect(told("en", "reserve.memory", "null")).toBe("reserve of memory: back to default")
  expect(told("ru", "reserve.memory", "null")).toBe("резерв памяти: снова по умолчанию")
  expect(told("en", "mode", "null")).toBe("load line: back to default")
})

test("a setting that was set is told with its unit", () => {
  expect(told("en", "reserve.memory", String(512 * 2 ** 20))).toMatch(/^reserve of memory: 512\sMiB$/)
  expect(told("ru", "fallbackRatio.cpu", "2.5")).toBe("кратность процессора без истории: 2,5×")
  expect(told("en", "mode", "advise")).toBe("load line: advises only")
})

test.each(["reserve.magic", "reserve", "elsewhere"])("%s is no setting of the load line", (name) =>
  expect(told("en", name, "1")).toBeNull(),
)
