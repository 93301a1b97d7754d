import { expect, test } from "vitest"
import { readReference } from "./read-reference"

const digest = `sha256:${"a".repeat(64)}`

test.each([
  ["alpine", "docker.io/library/alpine:latest"],
  ["alpine:3", "docker.io/library/alpine:3"],
  ["aurora/shop", "docker.io/aurora/shop:latest"],
  ["index.docker.io/alpine", "docker.io/library/alpine:latest"],
  ["localhost/shop", "localhost/shop:latest"],
  ["127.0.0.1:5000/shop:1", "127.0.0.1:5000/shop:1"],
  ["[::1]:5000/shop", "[::1]:5000/shop:latest"],
  ["ghcr.io/aurora/shop/api:2", "ghcr.io/aurora/shop/api:2"],
  [`alpine@${digest}`, `docker.io/library/alpine@${digest}`],
  [`alpine:3@${digest}`, `docker.io/library/alpine:3@${digest}`],
])("%s is read as %s", (text, full) => expect(readReference(text)?.full).toBe(full))

test("what is asked of which registry can be told", () =>
  expect(readReference("registry.example:5000/aurora/shop:1.0")).toMatchObject({
    registry: "registry.example:5000",
    path: "aurora/shop",
    version: ":1.0",
  }))

test.each([
  "",
  "Alpine",
  "alpine:",
  "alpine:-x",
  "a//b",
  "a/",
  "/a",
  "alpine@sha256:12",
  "a@b@c",
  digest,
  "a".repeat(64),
  `${"a/".repeat(128)}b`,
  "has blank",
])("%j is no reference", (text) => expect(readReference(text)).toBeNull())
