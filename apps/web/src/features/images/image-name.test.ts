import { expect, test } from "vitest"
import { imageName, referenceFromFile, shortReference } from "./image-name"

test.each([
  ["docker.io/library/starter:latest", "starter:latest"],
  ["docker.io/aurora/shop:1", "aurora/shop:1"],
  ["registry.example/docker.io/x:1", "registry.example/docker.io/x:1"],
])("%s is shown as %s", (reference, text) => expect(shortReference(reference)).toBe(text))

test("an image without a reference is called by its id", () =>
  expect(imageName({ id: `sha256:${"a".repeat(64)}`, references: [] })).toBe("a".repeat(12)))

test.each([
  ["Debian Rootfs.tar.gz", "debian-rootfs:latest"],
  ["alpine-3.20.tar", "alpine-3.20:latest"],
  ["../..", ""],
  ["--x.tar", "x:latest"],
])("a file %s suggests the reference %j", (name, reference) => expect(referenceFromFile(name)).toBe(reference))
