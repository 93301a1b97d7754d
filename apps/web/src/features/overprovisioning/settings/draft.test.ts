import { expect, test } from "vitest"
import { overlay, same } from "./draft"

const base = { mode: "act", share: { memory: 0.85 as number | null, cpu: 0.9 }, exempt: ["acme"] }

test("what was edited stays, and what somebody else changed in other fields is taken over", () => {
  const edited = { ...base, share: { memory: 0.8, cpu: 0.9 } }
  const now = { ...base, share: { memory: 0.85, cpu: 0.7 }, exempt: ["acme", "beta"] }
  expect(overlay({ base, edited, now })).toEqual({ mode: "act", share: { memory: 0.8, cpu: 0.7 }, exempt: ["acme", "beta"] })
})

test("of a field that both changed one's own value is shown, an emptied one too; a list is one field", () => {
  const edited = { ...base, share: { memory: null, cpu: 0.9 }, exempt: [] }
  const now = { ...base, share: { memory: 0.6, cpu: 0.9 }, exempt: ["beta"] }
  expect(overlay({ base, edited, now })).toEqual(edited)
})

test("the order of fields makes no difference, the order of a list does", () => {
  expect(same({ a: 1, b: { c: 2, d: 3 } }, { b: { d: 3, c: 2 }, a: 1 })).toBe(true)
  expect(same(["a", "b"], ["b", "a"])).toBe(false)
  expect(same({ a: null }, { a: 0 })).toBe(false)
})
