import { expect, test } from "vitest"
import { linesInTheWay } from "./lines-in-the-way"

test("obstacles are read, other lines stay as they are, and none is told twice", () =>
  expect(
    linesInTheWay({
      tenant: "acme",
      used: 600,
      obstacles: ["acme: memoryMaxBytes 600 > 512", "blue-2: tokens 3 > 0", "blue-2: tokens 3 > 0", "the host"],
    }),
  ).toEqual([
    { tenant: "acme", term: "memoryMaxBytes", used: 600, wanted: 512 },
    { tenant: "blue-2", term: "tokens", used: 3, wanted: 0 },
    "the host",
  ]))

test("a refusal that lists nothing has nothing in the way", () => expect(linesInTheWay({ limit: "memoryMaxBytes", used: 600 })).toEqual([]))
