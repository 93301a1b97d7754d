import type { StdioSession } from "../engine.js"
import { EngineError } from "../errors.js"
import type { ConmonStream } from "./conmon/conmon-stream.js"
import { resizeTerminal } from "./conmon/control-fifo.js"

export interface StdioSessionOptions {
  stream: ConmonStream
  /** Of conmon's control fifo. */
  directory: string
  terminal: boolean
  /** The caller may write. */
  stdin: boolean
  /** Closing the connection would end the process's standard input. */
  endsInputOnClose: boolean
}

/** The streams of a process as the engine hands them out. */
export function stdioSession({ stream, directory, terminal, stdin, endsInputOnClose }: StdioSessionOptions): StdioSession {
  // A terminal has one output; nothing ever comes on the other.
  if (terminal) stream.stderr.resume()
  return {
    ...(stdin ? { stdin: stream.stdin } : {}),
    stdout: stream.stdout,
    ...(terminal ? {} : { stderr: stream.stderr }),
    resize: async (size) => {
      if (!terminal) throw new EngineError("conflict", { publicMessage: "The process has no terminal whose size could be set." })
      resizeTerminal(directory, size)
    },
    detach: () => {
      if (endsInputOnClose && !stream.stdin.writableEnded) stream.park()
      else stream.close()
    },
  }
}
