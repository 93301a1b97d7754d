import { closeSync, openSync, readSync } from "node:fs"
import { errnoOf } from "../errors.js"

// One buffer for all reads: sampling is synchronous, so nobody else can be in it.
const MAXIMUM_BYTES = 1 << 16
const shared = Buffer.allocUnsafe(MAXIMUM_BYTES)

/** A statistics file kept open: each read is one pread(2) into one shared buffer. */
export class StatFile {
  /** Of a longer file only the beginning is read. */
  static readonly MAXIMUM_BYTES = MAXIMUM_BYTES
  readonly #fd: number

  private constructor(fd: number) {
    this.#fd = fd
  }

  /** Undefined when the kernel has no such file. */
  static open(path: string): StatFile | undefined {
    try {
      return new StatFile(openSync(path, "r"))
    } catch (error) {
      if (errnoOf(error) === "ENOENT" || errnoOf(error) === "ENODEV") return undefined
      throw error
    }
  }

  /** Whole content; undefined when the group is gone (ENODEV) or the kernel does not account (EOPNOTSUPP). */
  text(): string | undefined {
    const length = this.#read()
    return length < 0 ? undefined : shared.toString("latin1", 0, length)
  }

  /** A file that holds one number; undefined for `max` and when it cannot be read. */
  number(): number | undefined {
    const length = this.#read()
    if (length <= 0) return undefined
    let value = 0
    for (let index = 0; index < length; index++) {
      const digit = (shared[index] ?? 0) - 48
      if (digit < 0 || digit > 9) return index === 0 ? undefined : value
      value = value * 10 + digit
    }
    return value
  }

  close(): void {
    closeSync(this.#fd)
  }

  #read(): number {
    try {
      return readSync(this.#fd, shared, 0, shared.length, 0)
    } catch (error) {
      const errno = errnoOf(error)
      if (errno === "ENODEV" || errno === "EOPNOTSUPP" || errno === "ENOTSUP") return -1
      throw error
    }
  }
}

/** Closes those that were there to open. */
export function closeAll(files: readonly (StatFile | undefined)[]): void {
  for (const file of files) file?.close()
}

/** The number after `key ` at the beginning of a line; undefined when the kernel has no such line. */
export function field(text: string, key: string): number | undefined {
  const start = text.startsWith(`${key} `) ? 0 : text.indexOf(`\n${key} `) + 1
  if (start === 0 && !text.startsWith(`${key} `)) return undefined
  let value = 0
  for (let index = start + key.length + 1; index < text.length; index++) {
    const digit = text.charCodeAt(index) - 48
    if (digit < 0 || digit > 9) break
    value = value * 10 + digit
  }
  return value
}
