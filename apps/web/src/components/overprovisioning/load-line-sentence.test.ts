import { createTranslator } from "use-intl/core"
import { expect, test } from "vitest"
import { messages } from "@/lib/i18n/messages"

const t = createTranslator({ locale: "ru", messages: messages.ru, namespace: "overprovisioning" })

test.each([
  [0, "Больше не поместится ни одного тарифа «S»."],
  [1, "Поместится ещё 1 тариф «S»."],
  [2, "Поместятся ещё 2 тарифа «S»."],
  [5, "Поместятся ещё 5 тарифов «S»."],
  [21, "Поместится ещё 21 тариф «S»."],
  [112, "Поместятся ещё 112 тарифов «S»."],
])("in Russian %i plans that fit stand in the right form", (count, sentence) => expect(t("fits", { count, plan: "S" })).toBe(sentence))

test.each([
  [1, "В 0 из 1 составленного дня расход превысил бы то, что есть у машины."],
  [2, "В 0 из 2 составленных дней расход превысил бы то, что есть у машины."],
  [5, "В 0 из 5 составленных дней расход превысил бы то, что есть у машины."],
  [21, "В 0 из 21 составленного дня расход превысил бы то, что есть у машины."],
])("in Russian %i resampled days stand in the right form", (days, sentence) => expect(t("risk", { exceeded: 0, days })).toBe(sentence))
