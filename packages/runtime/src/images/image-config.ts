import type { ImageConfig } from "../engine.js"
import type { HealthCheck } from "../spec/container-spec.js"
import { type Digest, isDigest } from "../spec/digest.js"
import { archiveInvalid } from "../spec/tar/tar-errors.js"
import {
  type JsonObject,
  keysOf,
  optionalCount,
  optionalObject,
  optionalObjects,
  optionalText,
  parseJsonObject,
  requiredText,
  textMap,
  texts,
} from "./json-fields.js"

export interface HistoryEntry {
  createdAt?: number
  createdBy?: string
  author?: string
  comment?: string
  emptyLayer: boolean
}

/** What an image's configuration document says. (image-spec, config.md) */
export interface ImageConfigDocument {
  architecture: string
  os: string
  variant?: string
  author?: string
  /** 0 when it does not say. */
  createdAt: number
  config: ImageConfig
  diffIds: Digest[]
  history: HistoryEntry[]
}

/** Throws `archive_invalid`. */
export function parseImageConfig(text: Buffer): ImageConfigDocument {
  const object = parseJsonObject(text, "image configuration")
  const diffIds = texts(optionalObject(object, "rootfs"), "diff_ids")
  if (!diffIds.every(isDigest)) throw archiveInvalid("its configuration names a layer by a malformed digest")
  const variant = optionalText(object, "variant")
  const author = optionalText(object, "author")
  return {
    architecture: requiredText(object, "architecture"),
    os: requiredText(object, "os"),
    ...(variant === undefined || variant === "" ? {} : { variant }),
    ...(author === undefined || author === "" ? {} : { author }),
    createdAt: timeOf(object, "created") ?? 0,
    config: parseConfig(optionalObject(object, "config")),
    diffIds,
    history: optionalObjects(object, "history").map(parseHistory),
  }
}

/** The document for a configuration made here. */
export function formatImageConfig(document: ImageConfigDocument): Buffer {
  return Buffer.from(
    JSON.stringify({
      created: new Date(document.createdAt).toISOString(),
      author: document.author,
      architecture: document.architecture,
      variant: document.variant,
      os: document.os,
      config: formatConfig(document.config),
      rootfs: { type: "layers", diff_ids: document.diffIds },
      history: document.history.map(formatHistory),
    }),
  )
}

/** A configuration that says nothing, with what is given laid over it. */
export function completeConfig(partial: Partial<ImageConfig> = {}): ImageConfig {
  return {
    user: "",
    exposedPorts: [],
    environment: [],
    entrypoint: [],
    command: [],
    volumes: [],
    workingDirectory: "",
    labels: {},
    ...partial,
  }
}

// Docker's defaults for what a health check leaves open, in milliseconds (Dockerfile reference, HEALTHCHECK).
const healthDefaults = { intervalMs: 30_000, timeoutMs: 30_000, startPeriodMs: 0, retries: 3 } as const
const nanosecondsPerMs = 1_000_000

function parseConfig(object: JsonObject): ImageConfig {
  const stopSignal = optionalText(object, "StopSignal")
  const healthCheck = parseHealthCheck(optionalObject(object, "Healthcheck"))
  return {
    user: optionalText(object, "User") ?? "",
    exposedPorts: keysOf(object, "ExposedPorts"),
    environment: texts(object, "Env"),
    entrypoint: texts(object, "Entrypoint"),
    command: texts(object, "Cmd"),
    volumes: keysOf(object, "Volumes"),
    workingDirectory: optionalText(object, "WorkingDir") ?? "",
    labels: textMap(object, "Labels"),
    ...(stopSignal === undefined || stopSignal === "" ? {} : { stopSignal }),
    ...(healthCheck === undefined ? {} : { healthCheck }),
  }
}

function parseHealthCheck(object: JsonObject): HealthCheck | undefined {
  const [kind, ...rest] = texts(object, "Test")
  const command = kind === "CMD" ? rest : kind === "CMD-SHELL" ? ["/bin/sh", "-c", rest.join(" ")] : []
  if (command.length === 0) return undefined
  const milliseconds = (key: string, fallback: number): number =>
    Math.ceil((optionalCount(object, key) ?? 0) / nanosecondsPerMs) || fallback
  return {
    command,
    intervalMs: milliseconds("Interval", healthDefaults.intervalMs),
    timeoutMs: milliseconds("Timeout", healthDefaults.timeoutMs),
    startPeriodMs: milliseconds("StartPeriod", healthDefaults.startPeriodMs),
    retries: optionalCount(object, "Retries") || healthDefaults.retries,
  }
}

function parseHistory(object: JsonObject): HistoryEntry {
  const createdAt = timeOf(object, "created")
  const createdBy = optionalText(object, "created_by")
  const author = optionalText(object, "author")
  const comment = optionalText(object, "comment")
  return {
    ...(createdAt === undefined ? {} : { createdAt }),
    ...(createdBy === undefined ? {} : { createdBy }),
    ...(author === undefined ? {} : { author }),
    ...(comment === undefined || comment === "" ? {} : { comment }),
    emptyLayer: object.empty_layer === true,
  }
}

function timeOf(object: JsonObject, key: string): number | undefined {
  const text = optionalText(object, key)
  const time = text === undefined ? Number.NaN : Date.parse(text)
  // Go writes year 1 for "not set".
  return Number.isFinite(time) && time > 0 ? time : undefined
}

function formatConfig(config: ImageConfig): JsonObject {
  return {
    User: config.user || undefined,
    ExposedPorts: setOf(config.exposedPorts),
    Env: listOf(config.environment),
    Entrypoint: listOf(config.entrypoint),
    Cmd: listOf(config.command),
    Volumes: setOf(config.volumes),
    WorkingDir: config.workingDirectory || undefined,
    Labels: Object.keys(config.labels).length === 0 ? undefined : config.labels,
    StopSignal: config.stopSignal,
    Healthcheck: config.healthCheck === undefined ? undefined : formatHealthCheck(config.healthCheck),
  }
}

function formatHealthCheck(check: HealthCheck): JsonObject {
  return {
    Test: ["CMD", ...check.command],
    Interval: check.intervalMs * nanosecondsPerMs,
    Timeout: check.timeoutMs * nanosecondsPerMs,
    StartPeriod: check.startPeriodMs * nanosecondsPerMs,
    Retries: check.retries,
  }
}

function formatHistory(entry: HistoryEntry): JsonObject {
  return {
    created: entry.createdAt === undefined ? undefined : new Date(entry.createdAt).toISOString(),
    created_by: entry.createdBy,
    author: entry.author,
    comment: entry.comment,
    empty_layer: entry.emptyLayer || undefined,
  }
}

function listOf(values: readonly string[]): readonly string[] | undefined {
  return values.length === 0 ? undefined : values
}

function setOf(values: readonly string[]): JsonObject | undefined {
  return values.length === 0 ? undefined : Object.fromEntries(values.map((value) => [value, {}]))
}
