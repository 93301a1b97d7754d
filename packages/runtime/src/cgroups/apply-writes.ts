import { constants } from "node:fs"
import { open } from "node:fs/promises"
import { EngineError, errnoOf } from "../errors.js"
import { readControlFile, writeControlFile } from "../kernel/control-file.js"
import { toEngineError } from "../kernel/system-call-error.js"
import type { ControlWrite } from "./controller.js"
import { keepWanted } from "./wanted-value.js"

type Writer = (path: string, value: string) => Promise<void> | void

/** Writes on this thread: for a new, empty group, where no write waits. */
export const writeNow: Writer = writeControlFile

/** Writes on a thread of the pool: lowering the memory of a full group may reclaim for seconds. */
export const writePooled: Writer = async (path, value) => {
  const file = await open(path, constants.O_WRONLY)
  try {
    await file.write(value)
  } finally {
    await file.close()
  }
}

/**
 * Writes all values in order, less those that are in force already. When one is refused, puts back what was written, last first, and rejects with
 * `limit_below_usage`, `invalid_argument`, `limit_unsupported` or `cgroup_failed` (facts: limit, path, value, errno; `notPutBack`: what stayed changed).
 */
export async function applyWrites(writes: readonly ControlWrite[], write: Writer): Promise<void> {
  const undo: { path: string; value: string }[] = []
  for (const step of writes) {
    try {
      const before = readControlFile(step.path)
      const value = textOf(step)
      // A file of many lines (`undo` tells) shows more than was written to it.
      if (value === before && step.undo === undefined) continue
      if (step.mustFit !== undefined) await makeFit(step.mustFit, write)
      await write(step.path, `${value}\n`)
      undo.unshift({ path: step.path, value: step.undo?.(before) ?? before })
    } catch (error) {
      throw await putBack(undo, write, error instanceof EngineError ? error : refused(step, error))
    }
  }
  try {
    for (const { remember } of writes) if (remember !== undefined) keepWanted(remember)
  } catch (error) {
    throw await putBack(undo, write, toEngineError(error, "cgroup_failed", { op: "note what was asked for" }))
  }
}

// memory.high reclaims and never kills: what still does not fit afterwards is really in use (cgroup-v2.rst, memory.high).
async function makeFit(fit: NonNullable<ControlWrite["mustFit"]>, write: Writer): Promise<void> {
  if (Number(readControlFile(fit.currentPath)) <= fit.bytes) return
  const before = readControlFile(fit.highPath)
  let current: number
  try {
    await write(fit.highPath, `${fit.bytes}\n`)
    current = Number(readControlFile(fit.currentPath))
  } finally {
    await write(fit.highPath, `${before}\n`)
  }
  if (current > fit.bytes) throw belowUsage("memoryMaxBytes", String(fit.bytes), current)
}

async function putBack(undo: readonly { path: string; value: string }[], write: Writer, failure: EngineError): Promise<EngineError> {
  const lost: string[] = []
  for (const { path, value } of undo) {
    try {
      await write(path, `${value}\n`)
    } catch (error) {
      lost.push(`${path}: ${errnoOf(error) ?? String(error)}`)
    }
  }
  if (lost.length === 0) return failure
  return new EngineError(failure.code, {
    facts: { ...failure.facts, notPutBack: lost },
    cause: failure,
    publicMessage: `${failure.publicMessage} The kernel did not take back all that had been changed by then.`,
  })
}

function textOf({ value }: ControlWrite): string {
  return typeof value === "string" ? value : value()
}

function refused(step: ControlWrite, cause: unknown): EngineError {
  const errno = errnoOf(cause)
  const value = typeof step.value === "string" ? step.value : "a sum"
  const facts = { limit: step.limit, path: step.path, value, errno }
  switch (errno) {
    case "EBUSY":
      return belowUsage(step.limit, value, undefined, cause)
    case "EINVAL":
    case "ERANGE":
    case "ENODEV":
    case "ENXIO":
      return new EngineError("invalid_argument", {
        facts,
        cause,
        publicMessage: `The kernel does not accept "${value}" for ${step.limit} (${errno}).`,
      })
    case "EOPNOTSUPP":
    case "ENOTSUP":
    case "ENOENT":
      return new EngineError("limit_unsupported", {
        facts,
        cause,
        publicMessage: `This kernel cannot enforce ${step.limit}: ${step.path} is missing or refuses it (${errno}).`,
      })
    default:
      return new EngineError("cgroup_failed", {
        facts,
        cause,
        publicMessage: `${step.limit} could not be written to ${step.path}: ${errno ?? String(cause)}.`,
      })
  }
}

function belowUsage(limit: string, value: string, current?: number, cause?: unknown): EngineError {
  return new EngineError("limit_below_usage", {
    facts: { limit, value, ...(current === undefined ? {} : { current }) },
    cause,
    publicMessage: `${limit} cannot be set to ${value}: more than that is in use${current === undefined ? "" : ` (${current} bytes after reclaim)`}. Choose a higher limit or let the container free some first.`,
  })
}
