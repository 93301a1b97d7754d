import { readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { featuresOf } from "../docker/engine-info.js"
import { embeddedFeatures } from "../embedded/probe.js"
import { localKernelReaders } from "./local-kernel-readers.js"

const page = readFileSync(new URL("../../../../docs/reference/engines.md", import.meta.url), "utf8")
const rows = [...page.matchAll(/^\| `([a-z-]+)` \|[^|]*\|(.*)\|$/gm)].map(([, feature = "", cells = ""]) => ({
  feature,
  marks: cells.split("|").map((cell) => cell.trim()),
}))

const kernel = localKernelReaders()
const columns: [string, readonly string[]][] = [
  ["embedded", embeddedFeatures],
  ["Docker on this host", featuresOf({ kernel, flavour: "docker", runsHealthChecks: true })],
  ["Docker elsewhere", featuresOf({ kernel: undefined, flavour: "docker", runsHealthChecks: true })],
  ["Podman on this host", featuresOf({ kernel, flavour: "podman", runsHealthChecks: true })],
  ["Podman elsewhere", featuresOf({ kernel: undefined, flavour: "podman", runsHealthChecks: true })],
]

describe("docs/reference/engines.md", () => {
  it("has a row for every feature that an engine lists, and no other", () => {
    expect(rows.map(({ feature }) => feature).sort()).toEqual([...new Set(columns.flatMap(([, features]) => features))].sort())
  })

  it.each(columns)("says of %s what the driver says", (name, features) => {
    const column = columns.findIndex(([each]) => each === name)
    expect(
      rows
        .filter(({ marks }) => marks[column] === "yes")
        .map(({ feature }) => feature)
        .sort(),
    ).toEqual([...features].sort())
    expect(rows.every(({ marks }) => ["yes", "no"].includes(marks[column] ?? ""))).toBe(true)
  })
})
