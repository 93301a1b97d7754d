import type { HostSummary } from "@plimsoll/server/contract"
import { expect, test } from "vitest"
import { whyNoNap } from "./why-no-nap"

const hostWith = (nap: "available" | "missing" | undefined, swapBytes: number) => {
  const abilities = nap === undefined ? [] : [{ name: "nap", title: "Naps", required: false, status: nap, detail: "No packet sockets." }]
  return { info: { abilities, swapBytes } } as unknown as Pick<HostSummary, "info">
}

test("a host without swap, or without what else a nap needs, says so; one that can, and an engine that never could, say nothing", () => {
  expect(whyNoNap(hostWith("missing", 0))).toBe("noSwap")
  expect(whyNoNap(hostWith("missing", 1))).toEqual({ detail: "No packet sockets." })
  expect(whyNoNap(hostWith("available", 1))).toBeNull()
  expect(whyNoNap(hostWith(undefined, 0))).toBeNull()
  expect([whyNoNap(undefined), whyNoNap({ info: null })]).toEqual([null, null])
})
