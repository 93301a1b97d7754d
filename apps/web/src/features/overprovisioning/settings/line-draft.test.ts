import { changeLoadLineSettingsInput } from "@plimsoll/server/contract"
import { expect, test } from "vitest"
import { amountsOf, followsDefault, lineChange, lineDraft } from "./line-draft"

const each = (value: number) => ({ memory: value, cpu: value, disk: value, pids: value })
const defaults = { reserve: each(1), theta: each(0.9), fallbackRatio: each(2) }

test("a number that was not set goes with its default; one that was set to the very same number does not", () => {
  const draft = lineDraft({ reserve: { cpu: 1 } })
  expect(draft.reserve).toEqual({ memory: followsDefault, cpu: 1, disk: followsDefault, pids: followsDefault })
  expect(amountsOf(draft, defaults)).toEqual(defaults)
  expect(amountsOf(draft, { ...defaults, reserve: each(7) }).reserve).toEqual({ memory: 7, cpu: 1, disk: 7, pids: 7 })
})

test("only what was changed is sent, a number that goes back to its default as null, in the form that the server takes", () => {
  const from = lineDraft({ reserve: { disk: 5 }, theta: { cpu: 0.7 } })
  const to = {
    ...from,
    reserve: { ...from.reserve, cpu: 0, disk: followsDefault } as const,
    theta: { ...from.theta, memory: 0.5 },
  }
  const change = lineChange(from, to)
  expect(change).toEqual({ reserve: { cpu: 0, disk: null }, theta: { memory: 0.5 }, fallbackRatio: {} })
  expect(changeLoadLineSettingsInput.safeParse(change).success).toBe(true)
  expect(lineChange(to, from), "undone").toEqual({ reserve: { cpu: null, disk: 5 }, theta: { memory: null }, fallbackRatio: {} })
})

test("an emptied number is no default: it is missing", () => {
  const draft = lineDraft({})
  expect(amountsOf({ ...draft, theta: { ...draft.theta, memory: null } }, defaults).theta.memory).toBeNull()
})
