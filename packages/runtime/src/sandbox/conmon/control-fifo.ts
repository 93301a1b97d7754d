import { closeSync, constants, openSync, writeSync } from "node:fs"
import { join } from "node:path"
import type { TerminalSize } from "../../engine.js"
import { EngineError, errnoOf } from "../../errors.js"

/** Sets the size of the terminal that the conmon of this directory holds. `conflict` when its process is gone. */
export function resizeTerminal(directory: string, size: TerminalSize): void {
  const fits = [size.columns, size.rows].every((value) => Number.isInteger(value) && value >= 1 && value <= MAXIMUM)
  if (!fits) {
    throw new EngineError("invalid_argument", {
      facts: { columns: size.columns, rows: size.rows },
      publicMessage: `A terminal has 1 to ${MAXIMUM} columns and rows.`,
    })
  }
  send(directory, `${RESIZE} ${size.rows} ${size.columns}\n`)
}

/** Makes conmon close its log file and open the path anew. `conflict` when it is gone. */
export function reopenLogFile(directory: string): void {
  send(directory, `${REOPEN_LOGS} 0 0\n`)
}

// conmon holds a writer of its own, so that opening never blocks and a line below PIPE_BUF is written whole.
function send(directory: string, line: string): void {
  try {
    const fd = openSync(join(directory, "ctl"), constants.O_WRONLY | constants.O_NONBLOCK)
    try {
      writeSync(fd, line)
    } finally {
      closeSync(fd)
    }
  } catch (error) {
    const errno = errnoOf(error)
    // ENXIO: nobody reads the fifo any more. EPIPE: the reader went between the opening and the write.
    if (errno !== "ENOENT" && errno !== "ENXIO" && errno !== "EPIPE") throw error
    throw new EngineError("conflict", { facts: { directory, errno }, cause: error, publicMessage: "The process is not running any more." })
  }
}

// conmon's protocol: type, height, width; each number at most 1000.
const RESIZE = 1
const REOPEN_LOGS = 2
const MAXIMUM = 1000
