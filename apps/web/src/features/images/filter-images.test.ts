import type { ImageSummary, OnHost } from "@plimsoll/server/contract"
import { expect, test } from "vitest"
import { filterImages } from "./filter-images"

const image = (host: string, id: string, references: string[]): OnHost<ImageSummary> => ({
  host,
  id: `sha256:${id}`,
  digest: `sha256:${id}`,
  references,
  createdAt: 1,
  sizeBytes: 1,
  sharedBytes: 0,
  platform: "linux/amd64",
  labels: {},
  usedBy: [],
})
const all = [
  image("local", "aa11", ["docker.io/library/alpine:3"]),
  image("far", "bb22", ["ghcr.io/Aurora/shop:1"]),
  image("far", "cc33", []),
]

test.each([
  [{ text: "", host: "" }, ["aa11", "bb22", "cc33"]],
  [{ text: " ALPINE ", host: "" }, ["aa11"]],
  [{ text: "docker.io/library/alpine:3", host: "" }, ["aa11"]],
  [{ text: "aurora", host: "" }, ["bb22"]],
  [{ text: "sha256:cc", host: "" }, ["cc33"]],
  [{ text: "", host: "far" }, ["bb22", "cc33"]],
  [{ text: "alpine", host: "far" }, []],
])("%j finds %j", (wanted, ids) => expect(filterImages(all, wanted).map(({ id }) => id.slice(7))).toEqual(ids))
