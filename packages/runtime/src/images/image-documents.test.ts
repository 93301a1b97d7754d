import { inspect } from "node:util"
import { describe, expect, test } from "vitest"
import { isEngineError } from "../errors.js"
import { completeConfig, formatImageConfig, parseImageConfig } from "./image-config.js"
import { formatManifest, parseImageDocument } from "./image-documents.js"
import { referenceOfName } from "./planned-image.js"
import { hostPlatform, parsePlatform, selectForPlatform } from "./platform.js"

const digest = `sha256:${"ab".repeat(32)}` as const
const json = (value: unknown) => Buffer.from(JSON.stringify(value))

describe("configurations", () => {
  const document = {
    architecture: "amd64",
    os: "linux",
    author: "me",
    createdAt: Date.UTC(2026, 1, 3),
    diffIds: [digest],
    config: completeConfig({
      user: "app:app",
      exposedPorts: ["80/tcp", "53/udp"],
      environment: ["A=b"],
      entrypoint: ["/init"],
      command: ["serve"],
      volumes: ["/data"],
      workingDirectory: "/srv",
      labels: { one: "1" },
      stopSignal: "SIGUSR1",
      healthCheck: { command: ["/check"], intervalMs: 1000, timeoutMs: 2000, startPeriodMs: 3000, retries: 4 },
    }),
    history: [
      { createdAt: Date.UTC(2026, 1, 3), createdBy: "COPY", comment: "c", author: "me", emptyLayer: false },
      { createdBy: "ENV", emptyLayer: true },
    ],
  }

  test("what is written is read back", () => {
    expect(parseImageConfig(formatImageConfig(document))).toEqual(document)
  })

  test("nulls, as Go writes them for empty lists, are empty", () => {
    const parsed = parseImageConfig(
      json({
        architecture: "amd64",
        os: "linux",
        created: "0001-01-01T00:00:00Z",
        config: { Env: null, Cmd: null, Labels: null, Volumes: null, Healthcheck: null },
        rootfs: { diff_ids: null },
        history: null,
      }),
    )
    expect(parsed).toEqual({ architecture: "amd64", os: "linux", createdAt: 0, config: completeConfig(), diffIds: [], history: [] })
  })

  test("a health check that is switched off, or says nothing, is none", () => {
    for (const Healthcheck of [{ Test: ["NONE"] }, { Test: [] }, {}])
      expect(parseImageConfig(json({ architecture: "a", os: "b", config: { Healthcheck } })).config.healthCheck).toBeUndefined()
  })

  test("labels named like parts of JavaScript's objects are labels", () => {
    const parsed = parseImageConfig(Buffer.from('{"architecture":"a","os":"b","config":{"Labels":{"__proto__":"x","constructor":"y"}}}'))
    expect(Object.entries(parsed.config.labels)).toEqual([
      ["__proto__", "x"],
      ["constructor", "y"],
    ])
    expect(({} as Record<string, unknown>).x).toBeUndefined()
  })

  test("any value in any place is read or refused with archive_invalid", () => {
    const values = [null, 0, -1, 1.5, "", "x", true, [], {}, [null], [1], ["a"], { a: 1 }, { a: null }, [[]], 1e300]
    const base = JSON.parse(formatImageConfig(document).toString()) as Record<string, unknown>
    for (const path of pathsOf(base)) {
      for (const value of values) {
        const outcome = thrownBy(() => parseImageConfig(json(replaced(base, path, value))))
        if (outcome !== undefined)
          expect(isEngineError(outcome, "archive_invalid"), `${path.join(".")} = ${JSON.stringify(value)}: ${inspect(outcome)}`).toBe(true)
      }
    }
  })

  test("nesting without end is refused, not followed", () => {
    const deep = Buffer.from(`${'{"a":'.repeat(500_000)}1${"}".repeat(500_000)}`)
    const outcome = thrownBy(() => parseImageConfig(deep))
    expect(isEngineError(outcome, "archive_invalid")).toBe(true)
  })
})

describe("manifests", () => {
  const manifest = JSON.parse(
    formatManifest({ digest, sizeBytes: 1 }, [{ digest, sizeBytes: 2, mediaType: "layer" }]).toString(),
  ) as Record<string, unknown>

  test("what is written is read back, the same bytes each time", () => {
    expect(parseImageDocument(json(manifest))).toMatchObject({
      kind: "manifest",
      config: { digest, sizeBytes: 1 },
      layers: [{ digest, sizeBytes: 2, mediaType: "layer" }],
    })
    expect(formatManifest({ digest, sizeBytes: 1 }, []).equals(formatManifest({ digest, sizeBytes: 1 }, []))).toBe(true)
  })

  test.each([
    ["both manifest and index (CVE-2021-41190)", { ...manifest, manifests: [] }],
    ["neither", {}],
    ["an index that says it is a manifest", { mediaType: "application/vnd.oci.image.manifest.v1+json", manifests: [] }],
    ["a manifest that says it is an index", { ...manifest, mediaType: "application/vnd.docker.distribution.manifest.list.v2+json" }],
    ["Docker's schema 1", { schemaVersion: 1, fsLayers: [] }],
    ["a negative size", { ...manifest, config: { digest, size: -1 } }],
    ["a size beyond 2^53", { ...manifest, config: { digest, size: 1e17 } }],
    ["no digest", { ...manifest, config: { size: 1 } }],
    ["layers that are no list", { ...manifest, layers: {} }],
  ])("%s is refused", (_what, document) => {
    expect(() => parseImageDocument(json(document))).toThrowError(expect.objectContaining({ code: "archive_invalid" }))
  })

  test("another type than the descriptor stated is refused", () => {
    expect(() => parseImageDocument(json(manifest), "application/vnd.oci.image.index.v1+json")).toThrowError(
      expect.objectContaining({ code: "archive_invalid" }),
    )
  })

  test("any value in any place is read or refused with archive_invalid", () => {
    for (const path of pathsOf(manifest)) {
      for (const value of [null, 0, -1, "", "x", [], {}, [null], [1], { a: 1 }]) {
        const outcome = thrownBy(() => parseImageDocument(json(replaced(manifest, path, value))))
        if (outcome !== undefined) expect(isEngineError(outcome, "archive_invalid"), `${path.join(".")}: ${inspect(outcome)}`).toBe(true)
      }
    }
  })
})

describe("platforms", () => {
  const entry = (architecture: string, variant?: string) => ({
    digest,
    mediaType: "",
    sizeBytes: 1,
    annotations: {},
    platform: { os: "linux", architecture, ...(variant === undefined ? {} : { variant }) },
  })
  const plain = { digest, mediaType: "", sizeBytes: 1, annotations: {} }

  test("this host's is chosen, its usual variant before others", () => {
    const arm = { os: "linux", architecture: "arm64" }
    expect(selectForPlatform([entry("amd64"), entry("arm64", "v9"), entry("arm64", "v8")], arm)?.platform?.variant).toBe("v8")
    expect(selectForPlatform([entry("arm64", "v9")], arm)?.platform?.variant).toBe("v9")
    expect(selectForPlatform([entry("amd64"), plain], arm)).toBe(plain)
    expect(selectForPlatform([entry("amd64"), entry("unknown")], arm)).toBeUndefined()
  })

  test("a variant that is asked for is had, or one that says nothing of it", () => {
    const arm = (variant: string) => ({ os: "linux", architecture: "arm", variant })
    expect(selectForPlatform([entry("arm", "v7"), entry("arm", "v6")], arm("v6"))?.platform?.variant).toBe("v6")
    expect(selectForPlatform([entry("arm", "v7"), entry("arm")], arm("v6"))?.platform?.variant).toBeUndefined()
    expect(selectForPlatform([entry("arm", "v7")], arm("v6"))).toBeUndefined()
  })

  test("platforms are written as os/architecture, with a variant where it matters", () => {
    expect(["linux/amd64", "linux/arm/v7"].map(parsePlatform)).toEqual([
      { os: "linux", architecture: "amd64" },
      { os: "linux", architecture: "arm", variant: "v7" },
    ])
    for (const text of ["amd64", "linux/", "linux/a/b/c", "Linux/AMD64", "../x", ""])
      expect(() => parsePlatform(text), text).toThrow(expect.objectContaining({ code: "invalid_argument" }))
  })

  test("Node's names of processors are translated into Go's", () => {
    expect([hostPlatform("x64"), hostPlatform("ia32"), hostPlatform("arm64")].map(({ architecture }) => architecture)).toEqual([
      "amd64",
      "386",
      "arm64",
    ])
  })
})

test("names in archives: bare tags and digests name nothing, everything else is normalised", () => {
  expect(["latest", "3.19", "v1.2", `app@${digest}`].map(referenceOfName)).toEqual([undefined, undefined, undefined, undefined])
  expect(["app", "app:1", "ghcr.io/a/b:2", "a/b"].map(referenceOfName)).toEqual([
    "docker.io/library/app:latest",
    "docker.io/library/app:1",
    "ghcr.io/a/b:2",
    "docker.io/a/b:latest",
  ])
})

type Path = (string | number)[]

function pathsOf(value: unknown, path: Path = []): Path[] {
  if (typeof value !== "object" || value === null) return [path]
  return [path, ...Object.entries(value).flatMap(([key, child]) => pathsOf(child, [...path, key]))]
}

function replaced(value: unknown, [first, ...rest]: Path, by: unknown): unknown {
  if (first === undefined) return by
  if (Array.isArray(value)) return value.map((item, index) => (String(index) === String(first) ? replaced(item, rest, by) : item))
  const object = value as Record<string, unknown>
  return { ...object, [first]: replaced(object[first], rest, by) }
}

function thrownBy(action: () => unknown): unknown {
  try {
    action()
    return undefined
  } catch (error) {
    return error
  }
}
