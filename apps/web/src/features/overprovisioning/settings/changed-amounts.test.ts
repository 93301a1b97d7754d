import { changeLoadLineSettingsInput } from "@plimsoll/server/contract"
import { expect, test } from "vitest"
import { changedAmounts } from "./changed-amounts"

const each = (value: number) => ({ memory: value, cpu: value, disk: value, pids: value })
const from = { reserve: each(1), theta: each(0.9), fallbackRatio: each(2) }

test("only what was changed is sent, in the form that the server takes", () => {
  const changed = changedAmounts(from, { ...from, reserve: { ...each(1), cpu: 0 }, theta: { ...each(0.9), memory: 0.5 } })
  expect(changed).toEqual({ reserve: { cpu: 0 }, theta: { memory: 0.5 }, fallbackRatio: {} })
  expect(changeLoadLineSettingsInput.safeParse(changed).success).toBe(true)
})
