import { bounds } from "@plimsoll/server/contract"
import { expect, it } from "vitest"
import { parseExtra, termParsers, writeExtra } from "./terms"

it("extra tenants of an address are those that it was written with", () => {
  const extra = [
    { plan: "p-1", count: 12 },
    { plan: "p-2", count: 1 },
  ]
  expect(parseExtra(writeExtra(extra))).toEqual(extra)
  expect(parseExtra("")).toEqual([])
})

it("what is none of them is left out, and no more are asked for than may be", () => {
  expect(parseExtra("p-1:x,:3,p-2,p-3:0,p-4:7,p-5:")).toEqual([{ plan: "p-4", count: 7 }])
  const many = parseExtra("a:1999,b:999999,c:3")
  expect(many).toEqual([
    { plan: "a", count: 1999 },
    { plan: "b", count: bounds.whatIfExtra - 1999 },
  ])
  expect(parseExtra(Array.from({ length: 30 }, (_, index) => `p${index}:1`).join(","))).toHaveLength(20)
})

it("numbers of an address are brought between the ends, and what is no number is as absent", () => {
  expect(termParsers.theta.parse("0.7")).toBe(0.7)
  expect(termParsers.theta.parse("7")).toBe(1)
  expect(termParsers.ratio.parse("0")).toBe(1)
  expect(termParsers.size.parse("x")).toBe(null)
  expect(termParsers.days.parse("400")).toBe(30)
  expect(termParsers.theta.serialize(0.30000000000000004)).toBe("0.3")
})
