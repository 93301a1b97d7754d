import { EngineError } from "../errors.js"
import type { Descriptor } from "./image-documents.js"

/** Operating system and processor as images name them (Go's GOOS, GOARCH). */
export interface Platform {
  os: string
  architecture: string
  /** `v7`; absent: the usual one of the processor. */
  variant?: string
}

/** `linux/arm64`, `linux/arm/v7`. Throws `invalid_argument`. */
export function parsePlatform(text: string): Platform {
  const [, os, architecture, variant] = /^([a-z0-9]{1,32})\/([a-z0-9]{1,32})(?:\/([a-z0-9.]{1,32}))?$/.exec(text) ?? []
  if (os === undefined || architecture === undefined)
    throw new EngineError("invalid_argument", {
      facts: { platform: text.slice(0, 100) },
      publicMessage: `“${text.slice(0, 100)}” is no platform. Write it like linux/amd64 or linux/arm/v7.`,
    })
  return { os, architecture, ...(variant === undefined ? {} : { variant }) }
}

/** This host's platform. */
export function hostPlatform(architecture: string = process.arch): Platform {
  return { os: "linux", architecture: architectureNames[architecture] ?? architecture }
}

/**
 * The entry of an index that is for the platform; one that says nothing of a platform will do when none fits exactly.
 * Attestations (platform `unknown/unknown`) are never chosen. Undefined: there is none.
 */
export function selectForPlatform(manifests: readonly Descriptor[], wanted: Platform): Descriptor | undefined {
  const fits = manifests.filter(({ platform }) => platform?.os === wanted.os && platform.architecture === wanted.architecture)
  return (
    fits.find(({ platform }) => platform?.variant === (wanted.variant ?? preferredVariant(wanted))) ??
    fits.find(({ platform }) => platform?.variant === undefined) ??
    (wanted.variant === undefined ? fits[0] : undefined) ??
    manifests.find(({ platform }) => platform === undefined)
  )
}

const architectureNames: Readonly<Record<string, string>> = {
  x64: "amd64",
  arm64: "arm64",
  arm: "arm",
  ia32: "386",
  ppc64: "ppc64le",
  s390x: "s390x",
  riscv64: "riscv64",
  loong64: "loong64",
}

/** None of the entries is for the platform. */
export function noPlatform(manifests: readonly Descriptor[], wanted: Platform): EngineError {
  const has = [...new Set(manifests.map(({ platform }) => spelled(platform)))].filter((name) => name !== "unknown/unknown").slice(0, 20)
  return new EngineError("unsupported", {
    facts: { wanted: spelled(wanted), has },
    publicMessage: `The image is not made for ${spelled(wanted)}; it has ${has.join(", ")}.`,
  })
}

function spelled(platform: Partial<Platform> | undefined): string {
  return [platform?.os, platform?.architecture, ...(platform?.variant === undefined ? [] : [platform.variant])].join("/")
}

function preferredVariant(platform: Platform): string | undefined {
  return { arm64: "v8", arm: "v7" }[platform.architecture]
}
