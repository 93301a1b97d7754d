import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { containerSpec } from "./container-spec.js"
import { listEventsInput, streamEventsInput } from "./events.js"
import { metricsSeriesInput } from "./metrics.js"
import { absolutePath, imageReference, objectId, signalName } from "./primitives.js"
import { addRegistryInput } from "./registries.js"
import { resourceLimits, resourceLimitsChange } from "./resource-limits.js"

const hostile = ["--x", "-x", "a;b", "$(id)", "`id`", "a\nb", "a\0b", "", " ", "../x", "a".repeat(65_536), "ü"]

describe("names", () => {
  it.each(hostile)("refuses %j as id, name and image reference", (value) => {
    expect(objectId.safeParse(value).success).toBe(false)
    expect(imageReference.safeParse(value).success).toBe(false)
    expect(containerSpec.safeParse({ image: "alpine", name: value }).success).toBe(false)
  })

  it("accepts what people write", () => {
    for (const reference of ["alpine", "alpine:3", "docker.io/library/alpine:3", "localhost:5000/a/b@sha256:0123", "sha256:0123"])
      expect(imageReference.parse(reference)).toBe(reference)
    for (const signal of ["TERM", "SIGTERM", "9", "64", "SIGRTMIN+3"]) expect(signalName.parse(signal)).toBe(signal)
  })

  it("refuses signals that are none", () => {
    for (const signal of ["0", "65", "term; reboot", "-9", ""]) expect(signalName.safeParse(signal).success).toBe(false)
  })

  it("answers 100 KB of hostile text at once: no expression backtracks", () => {
    const texts = [
      "a".repeat(100_000),
      `${"a.".repeat(50_000)}!`,
      `${"0-1,".repeat(25_000)}x`,
      `${"a=".repeat(50_000)}\n`,
      `${"/a".repeat(50_000)}\0`,
    ]
    const started = performance.now()
    for (const text of texts) {
      addRegistryInput.safeParse({ registry: text, mirrors: [text], credentials: { username: text, password: text } })
      containerSpec.safeParse({
        image: text,
        name: text,
        hostname: text,
        user: text,
        environment: [text],
        limits: { cpusetCpus: text },
        sysctls: { [text]: text },
        extraHosts: { [text]: text },
      })
      listEventsInput.safeParse({ text, objectId: text, tenant: text })
      absolutePath.safeParse(text)
    }
    expect(performance.now() - started).toBeLessThan(250)
  })
})

describe("containerSpec", () => {
  it("refuses keys that it does not know instead of dropping them", () => {
    expect(containerSpec.safeParse({ image: "alpine", memory: 1 }).success).toBe(false)
  })

  it("says which field is wrong", () => {
    const result = containerSpec.safeParse({ image: "alpine", limits: { cpuMaxCores: -1 }, ports: [{ containerPort: 0, protocol: "tcp" }] })
    expect(result.error?.issues.map((issue) => issue.path.join("."))).toEqual(["limits.cpuMaxCores", "ports.0.containerPort"])
  })

  it.each([
    { environment: ["NOVALUE"] },
    { environment: ["A=\0"] },
    { command: ["a\0b"] },
    { command: Array.from({ length: 1025 }, () => "x") },
    { mounts: [{ kind: "bind", source: "relative", target: "/x" }] },
    { limits: { memoryMaxBytes: 1.5 } },
    { limits: { memoryMaxBytes: Number.NaN } },
    { tenant: "Upper" },
    { dns: ["example.com"] },
  ])("refuses %j", (change) => {
    expect(containerSpec.safeParse({ image: "alpine", ...change }).success).toBe(false)
  })
})

describe("limits", () => {
  it("can be lifted only in a change", () => {
    expect(resourceLimitsChange.parse({ memoryMaxBytes: null })).toEqual({ memoryMaxBytes: null })
    expect(resourceLimits.safeParse({ memoryMaxBytes: null }).success).toBe(false)
  })
})

describe("series", () => {
  const base = { metrics: ["cpuCores"], from: 0, to: 1000 }
  it("needs an id except for the machine itself, and a time that runs forward", () => {
    expect(metricsSeriesInput.safeParse({ ...base, scope: "host" }).success).toBe(true)
    expect(metricsSeriesInput.safeParse({ ...base, scope: "container" }).success).toBe(false)
    expect(metricsSeriesInput.safeParse({ ...base, scope: "host", id: "x" }).success).toBe(true)
    expect(metricsSeriesInput.safeParse({ ...base, scope: "host", to: 0 }).success).toBe(false)
  })
})

describe("a registry", () => {
  const accepts = (input: object) => addRegistryInput.safeParse({ registry: "ghcr.io", ...input }).success

  it("is a host with or without a port, not an address with a path", () => {
    for (const registry of ["docker.io", "localhost", "registry.example.com:5000", "10.0.0.1:5000", "[::1]:5000"])
      expect(accepts({ registry }), registry).toBe(true)
    for (const registry of [...hostile, "https://ghcr.io", "ghcr.io/team", "ghcr.io:", "a_b.io", "user@ghcr.io", "[x]:1"])
      expect(accepts({ registry }), registry).toBe(false)
  })

  it("has mirrors that are asked without credentials, so none may be in their addresses", () => {
    expect(accepts({ mirrors: ["https://mirror.example.com", "http://10.0.0.1:5000/cache/"] })).toBe(true)
    for (const mirror of [
      "mirror.example.com",
      "ftp://m.example",
      "https://user@m.example",
      "https://a:b@m.example",
      "https://m.example?token=x",
    ])
      expect(accepts({ mirrors: [mirror] }), mirror).toBe(false)
  })

  it("has a user name that basic authentication can carry", () => {
    expect(accepts({ credentials: { username: "ada+robot@example.com", password: "a:b c" } })).toBe(true)
    for (const username of ["", "a:b", "a\nb", "a\0b"]) expect(accepts({ credentials: { username, password: "x" } }), username).toBe(false)
  })
})

describe("the events stream", () => {
  it("takes the cursor that the client library sends back as text", () => {
    expect(streamEventsInput.parse({ lastEventId: "12" }).lastEventId).toBe(12)
    expect(streamEventsInput.safeParse({ lastEventId: "x" }).success).toBe(false)
  })
})

describe("the contract", () => {
  it("runs in a browser: at run time it needs zod and itself alone", () => {
    for (const file of readdirSync(import.meta.dirname).filter((name) => !name.endsWith(".test.ts"))) {
      const source = readFileSync(join(import.meta.dirname, file), "utf8")
      for (const [, kind, from = ""] of source.matchAll(/^(import|export)(?! type) [^"]*from "([^"]+)"/gm)) {
        expect(from === "zod" || from.startsWith("./"), `${file}: ${kind} from ${from}`).toBe(true)
      }
    }
  })
})
