import { expect, test } from "vitest"
import { imagePresence } from "./image-presence"

const digest = `sha256:${"d".repeat(64)}`
const images = [
  { id: `sha256:${"ab12".repeat(16)}`, digest, references: ["docker.io/library/alpine:3"] },
  { id: `sha256:${"cd34".repeat(16)}`, digest: `sha256:${"e".repeat(64)}`, references: [] },
]

test.each([
  ["alpine:3", "here"],
  [" alpine:3 ", "here"],
  ["docker.io/library/alpine:3", "here"],
  [`alpine@${digest}`, "here"],
  ["ab12", "here"],
  [`sha256:${"cd34".repeat(16)}`, "here"],
  ["alpine", "absent"],
  ["ghcr.io/library/alpine:3", "absent"],
  [`alpine@sha256:${"f".repeat(64)}`, "absent"],
  ["feed", "absent"],
  ["", "unknown"],
  ["Not A Reference", "unknown"],
])("%j is %s", (typed, presence) => expect(imagePresence(typed, images)).toBe(presence))

test("while the images are being read nobody can tell", () => expect(imagePresence("alpine:3", undefined)).toBe("unknown"))
