import { closeSync, constants, openSync, readSync, writeSync } from "node:fs"

/** Writes one value into a kernel interface file (cgroup, /proc/sys): one write(2), never creating or truncating. Throws the system error (`EBUSY`, `EINVAL`, …). */
export function writeControlFile(path: string, value: string): void {
  const fd = openSync(path, constants.O_WRONLY)
  try {
    writeSync(fd, value)
  } finally {
    closeSync(fd)
  }
}

/** Content of a kernel interface file up to `maximumBytes`, without its final newline. Throws the system error. */
export function readControlFile(path: string, maximumBytes = 1 << 16): string {
  const fd = openSync(path, constants.O_RDONLY)
  try {
    let length = 0
    // A read may be short before the end: procs files give a page at a time.
    for (let read = 1; read > 0 && length < maximumBytes; length += read) {
      if (length === readBuffer.length) readBuffer = Buffer.concat([readBuffer], 2 * length)
      read = readSync(fd, readBuffer, length, Math.min(readBuffer.length, maximumBytes) - length, null)
    }
    return readBuffer.toString("utf8", 0, length).replace(/\n$/, "")
  } finally {
    closeSync(fd)
  }
}

// Shared, since reading is synchronous: a fresh one for each of the many small files would keep the collector busy.
let readBuffer: Buffer = Buffer.alloc(1 << 16)
