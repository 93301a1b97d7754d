import type { Transfer } from "@plimsoll/server/contract"
import { expect, test } from "vitest"
import { shownTransfers } from "./shown-transfers"

const now = 1_000_000
const transfer = (id: string, status: Transfer["status"], endedAt: number | null): Transfer => ({
  id,
  kind: "pull",
  host: "local",
  reference: "docker.io/library/alpine:3",
  status,
  startedAt: 1,
  endedAt,
  progress: null,
  imageId: null,
  digest: null,
  error: null,
  container: null,
})
const all = [
  transfer("running", "running", null),
  transfer("done", "done", now - 1000),
  transfer("old", "done", now - 600_000),
  transfer("failed", "failed", now - 600_000),
  transfer("cancelled", "cancelled", now - 1000),
]
const shown = (dismissed: string[]) => shownTransfers(all, { dismissed, now }).map(({ id }) => id)

test("what went well is news for a while; a failure stays until it was read", () =>
  expect(shown([])).toEqual(["running", "done", "failed", "cancelled"]))

test("what was dismissed is gone, but never what still runs", () =>
  expect(shown(["running", "done", "failed", "cancelled"])).toEqual(["running"]))
