import { createRequire } from "node:module"
import type { LibraryHandle } from "koffi"
import { EngineError } from "../errors.js"
import { SystemCallError } from "./system-call-error.js"

/** Directory descriptor that means "relative to the working directory" (fcntl.h). */
export const AT_FDCWD = -100

export interface Signature {
  /** C symbol, for example `mount`. */
  symbol: string
  result: "int" | "long"
  arguments: readonly string[]
}

type BoundFunction = ReturnType<LibraryHandle["func"]>

let koffi: typeof import("koffi") | undefined
let library: LibraryHandle | undefined

/**
 * Binds a C function of the process's libc on first use and returns a caller that throws `SystemCallError` when the
 * result is negative. Strings with a NUL byte are refused as EINVAL: C would silently cut them there. The call runs on
 * Node's own thread, so only calls that are quick may be bound, and none that leaves the thread in another namespace.
 */
export function bind(signature: Signature, name = signature.symbol): (...values: unknown[]) => number {
  let bound: BoundFunction | undefined
  return (...values) => {
    const path = values.find((value) => typeof value === "string")
    if (values.some((value) => typeof value === "string" && value.includes("\0"))) throw new SystemCallError(name, EINVAL, path)
    bound ??= open().func(signature.symbol, signature.result, [...signature.arguments])
    const result = Number(bound(...values))
    if (result < 0) throw new SystemCallError(name, koffi?.errno() ?? 0, path)
    return result
  }
}

/**
 * As `bind`, but the call runs on a thread of the pool: for calls that may wait (for a lock of the kernel). Buffers among
 * the arguments stay referenced until it returns. The errno of the other thread is not known here: 0.
 */
export function bindAsync(signature: Signature, name = signature.symbol): (...values: unknown[]) => Promise<number> {
  let bound: BoundFunction | undefined
  return async (...values) => {
    bound ??= open().func(signature.symbol, signature.result, [...signature.arguments])
    const call = bound
    const result = await new Promise<number>((resolve, reject) => {
      call.async(...values, (error: unknown, value: unknown) =>
        error === null || error === undefined ? resolve(Number(value)) : reject(error),
      )
    })
    if (result < 0) throw new SystemCallError(name, 0)
    return result
  }
}

/** True when the foreign-function library loads on this machine. */
export function libcAvailable(): boolean {
  try {
    open()
    return true
  } catch {
    return false
  }
}

/** Where a buffer's bytes lie, for a C structure that points to them. Whoever uses it keeps the buffer referenced. */
export function addressOf(buffer: Buffer): bigint {
  open()
  return koffi?.address(buffer) ?? 0n
}

const EINVAL = 22

// Loaded on first use: on a machine without a prebuilt koffi the rest of the engine must still say what is missing.
function open(): LibraryHandle {
  if (library !== undefined) return library
  try {
    koffi = createRequire(import.meta.url)("koffi") as typeof import("koffi")
    library = koffi.load(null)
  } catch (cause) {
    throw new EngineError("engine_unavailable", {
      facts: { library: "koffi", architecture: process.arch },
      cause,
      publicMessage: `The system call bindings (npm package koffi) do not load on this machine (${process.platform} ${process.arch}). Run \`npm ci\` again without --omit=optional.`,
    })
  }
  return library
}
