import type { Transfer } from "@plimsoll/server/contract"
import { expect, test } from "vitest"
import { applyTransfersMessage } from "./live-transfers"

const transfer = (id: string, startedAt: number, change: Partial<Transfer> = {}): Transfer => ({
  id,
  kind: "pull",
  host: "local",
  reference: "docker.io/library/alpine:3",
  status: "running",
  startedAt,
  endedAt: null,
  progress: null,
  imageId: null,
  digest: null,
  error: null,
  container: null,
  ...change,
})
const two = applyTransfersMessage(undefined, { type: "snapshot", transfers: [transfer("b", 2), transfer("a", 1)] })

test("they stand in the order in which they began, and keep it while they change", () => {
  expect(two.list.map(({ id }) => id)).toEqual(["a", "b"])
  const after = applyTransfersMessage(two, {
    type: "delta",
    upserted: [transfer("a", 1, { status: "done", endedAt: 9 }), transfer("c", 3)],
    removed: [],
  })
  expect(after.list.map(({ id, status }) => [id, status])).toEqual([
    ["a", "done"],
    ["b", "running"],
    ["c", "running"],
  ])
  expect(after.byId.get("b")).toBe(two.byId.get("b"))
})

test("what the server forgot is gone, and a new snapshot after a lost connection replaces all", () => {
  expect(applyTransfersMessage(two, { type: "delta", upserted: [], removed: ["a"] }).list.map(({ id }) => id)).toEqual(["b"])
  expect(applyTransfersMessage(two, { type: "snapshot", transfers: [transfer("z", 9)] }).list.map(({ id }) => id)).toEqual(["z"])
})
