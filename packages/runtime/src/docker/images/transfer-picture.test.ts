import { expect, it } from "vitest"
import type { TransferProgress } from "../../engine.js"
import type { ProgressLine } from "../streams/progress.js"
import { TransferPicture } from "./transfer-picture.js"

function told(lines: ProgressLine[], options: { topFirst?: boolean; now?: () => number } = {}): TransferProgress[] {
  const seen: TransferProgress[] = []
  const onProgress = (progress: TransferProgress) => seen.push(progress)
  const picture = new TransferPicture({ reference: "a/b:1", onProgress, topFirst: false, now: () => 0, ...options })
  for (const line of lines) picture.take(line)
  picture.finish()
  return seen
}

it("a pull's lines become layers from bottom to top, with the bytes that Docker told", () => {
  const seen = told([
    { status: "Pulling from b", id: "1" },
    { status: "Already exists", id: "aaa" },
    { status: "Pulling fs layer", id: "bbb" },
    { status: "Downloading", id: "bbb", progressDetail: { current: 10, total: 100 } },
    { status: "Download complete", id: "bbb" },
    { status: "Extracting", id: "bbb", progressDetail: { current: 5, total: 100 } },
    { status: "Pull complete", id: "bbb" },
    { status: "Digest: sha256:x" },
  ])
  expect(seen.map(({ phase }) => phase)).toEqual(["resolving", ...Array<string>(5).fill("transferring"), "finishing"])
  expect(seen.map(({ layers }) => layers[1]?.state)).toEqual([undefined, undefined, "waiting", "transferring", "unpacking", "done", "done"])
  expect(seen[3]).toMatchObject({ doneBytes: 10, sizeBytes: 100 })
  expect(seen.at(-1)).toEqual({
    reference: "a/b:1",
    phase: "finishing",
    layers: [
      { digest: "sha256:aaa", sizeBytes: 0, doneBytes: 0, state: "present" },
      { digest: "sha256:bbb", sizeBytes: 100, doneBytes: 100, state: "done" },
    ],
    doneBytes: 100,
    sizeBytes: 100,
  })
})

it("a push is told from the top down, and no more is done than there is", () => {
  const last = told(
    [
      { status: "Preparing", id: "top" },
      { status: "Preparing", id: "bottom" },
      { status: "Layer already exists", id: "bottom" },
      { status: "Pushing", id: "top", progressDetail: { current: 512, total: 7 } },
    ],
    { topFirst: true },
  ).at(-1)
  expect(last?.layers).toEqual([
    { digest: "sha256:bottom", sizeBytes: 0, doneBytes: 0, state: "present" },
    { digest: "sha256:top", sizeBytes: 512, doneBytes: 512, state: "transferring" },
  ])
})

it("bytes that flow are told five times a second at most", () => {
  let time = 0
  const now = () => time++ * 50
  const flowing = Array.from({ length: 20 }, (_, index) => ({
    status: "Downloading",
    id: "a",
    progressDetail: { current: index, total: 20 },
  }))
  const seen = told([{ status: "Pulling fs layer", id: "a" }, ...flowing], { now })
  expect(seen.length).toBeLessThan(12)
})

it("the line of the image itself with which Podman ends is no layer", () => {
  expect(
    told([
      { status: "Download complete", id: "f00" },
      { status: "Pull complete", id: "f00" },
    ]).at(-1)?.layers,
  ).toEqual([])
})
