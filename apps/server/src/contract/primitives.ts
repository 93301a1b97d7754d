import { z } from "zod"
import { bounds } from "./bounds.js"

const withoutNul = (value: string) => !value.includes("\0")

/** Text that may become an argument of a program: bounded, and free of NUL, which no argument can hold. */
export const argumentText = z.string().max(bounds.argumentLength).refine(withoutNul, "must not contain a NUL character")

/** Full id, unique prefix of at least 4 characters, or name. What it names is the engine's to decide. */
export const objectId = z
  .string()
  .min(1, "is required")
  .max(bounds.nameLength)
  .regex(/^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/, "must consist of letters, digits, “_”, “.” and “-”, and begin with a letter or digit")

export const containerName = objectId.describe("Name of a container, unique on the host")

export const tenantName = z
  .string()
  .min(1)
  .max(bounds.tenantLength)
  .regex(/^[a-z0-9][a-z0-9-]*$/, "must consist of lower-case letters, digits and “-”")

/** An image reference or id. The engine parses it; here it is only bounded. */
export const imageReference = z
  .string()
  .min(1, "is required")
  .max(bounds.referenceLength)
  .regex(/^[a-zA-Z0-9][a-zA-Z0-9_.:@/+-]*$/, "is not an image reference, for example “alpine:3” or “registry.example/app@sha256:…”")

export const absolutePath = z
  .string()
  .max(bounds.pathLength)
  .refine(withoutNul, "must not contain a NUL character")
  .refine((value) => value.startsWith("/"), "must be an absolute path")

/** `TERM`, `SIGTERM`, or a number from 1 to 64. */
export const signalName = z
  .string()
  .regex(/^(?:(?:SIG)?[A-Z][A-Z0-9+-]{1,11}|[1-9]|[1-5]\d|6[0-4])$/, "must be a signal such as “SIGTERM” or “15”")

export const labels = z
  .record(z.string().min(1).max(bounds.labelLength), z.string().max(bounds.labelLength))
  .refine((value) => Object.keys(value).length <= bounds.labelCount, `must have at most ${bounds.labelCount} labels`)

export const epochMs = z.number().int().min(0).max(8_640_000_000_000_000)
export const durationMs = z.number().int().min(0).max(86_400_000)
export const byteCount = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER)

export const idInput = z.object({ id: objectId })

/** Of a disk with a limit. */
export const diskSize = z.number().int().min(bounds.diskMinimumBytes).max(bounds.diskMaximumBytes)
