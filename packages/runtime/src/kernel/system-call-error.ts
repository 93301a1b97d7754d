import { getSystemErrorName } from "node:util"
import { EngineError, type EngineErrorCode, type ErrorFacts, errnoOf } from "../errors.js"

/** A failed system call, in the shape of Node's own file system errors, so that `errnoOf` reads both. */
export class SystemCallError extends Error {
  override readonly name = "SystemCallError"
  /** `ENOENT`, `EBUSY`, … */
  readonly code: string
  readonly errno: number
  readonly syscall: string
  readonly path: string | undefined

  constructor(syscall: string, errno: number, path?: string) {
    const code = errnoName(errno)
    super(`${code}: ${syscall}${path === undefined ? "" : ` '${path}'`}`)
    this.code = code
    this.errno = errno
    this.syscall = syscall
    this.path = path
  }
}

/**
 * Translates a system error into an EngineError: no space is `disk_full`, a file system that takes no writes
 * `disk_read_only`, an unknown system call `kernel_feature_missing`, everything else `code`. The errno goes into the facts. An EngineError passes unchanged.
 */
export function toEngineError(error: unknown, code: EngineErrorCode, facts: ErrorFacts = {}, publicMessage?: string): EngineError {
  if (error instanceof EngineError) return error
  const errno = linuxErrnoOf(error)
  const translated = (errno !== undefined && codeOfErrno[errno]) || code
  return new EngineError(translated, {
    facts: { ...facts, ...(errno === undefined ? {} : { errno }) },
    cause: error,
    ...(publicMessage === undefined || translated !== code ? {} : { publicMessage }),
  })
}

const codeOfErrno: Readonly<Record<string, EngineErrorCode>> = {
  ENOSPC: "disk_full",
  EDQUOT: "disk_full",
  EROFS: "disk_read_only",
  ENOSYS: "kernel_feature_missing",
}

function linuxErrnoOf(error: unknown): string | undefined {
  const number = /^Unknown system error -(\d+)$/.exec(errnoOf(error) ?? "")?.[1]
  return number === undefined ? errnoOf(error) : errnoName(Number(number))
}

function errnoName(errno: number): string {
  return linuxOnly[errno] ?? getSystemErrorName(-errno)
}

// libuv has no names for these and calls them "Unknown system error -122".
const linuxOnly: Readonly<Record<number, string>> = {
  15: "ENOTBLK",
  117: "EUCLEAN",
  122: "EDQUOT",
}
