import { z } from "zod"
import { bounds } from "./bounds.js"
import { epochMs, idInput } from "./primitives.js"

export const containerLogsInput = idInput.extend({
  stdout: z.boolean().exactOptional(),
  stderr: z.boolean().exactOptional(),
  /** Last lines to begin with. */
  tail: z.number().int().min(0).max(bounds.logTailLines).exactOptional(),
  since: epochMs.exactOptional(),
  until: epochMs.exactOptional(),
  follow: z.boolean().exactOptional(),
})

export interface LogBatchLine {
  stream: "stdout" | "stderr"
  timestamp: number
  /** UTF-8; bytes that are not are shown as “�”. */
  text: string
  /** The writer has not ended this line: the next one of the same stream continues it. */
  partial: boolean
}

/** Lines in order. Not following: the subscription completes after the last. */
export interface LogBatch {
  lines: LogBatchLine[]
}
