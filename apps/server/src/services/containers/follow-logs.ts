import type { ContainerApi, LogLine, LogOptions } from "@plimsoll/runtime"
import type { LogBatch, LogBatchLine } from "../../contract/logs.js"
import { inBatches } from "../in-batches.js"

const BATCH_BYTES = 256 * 1024
/** What a line costs beside its text. */
const LINE_BYTES = 100

/**
 * The container's log in batches: what is there at once in one message, and a line that comes alone without delay. Lines
 * are taken from the engine only as fast as the reader takes batches.
 */
export async function* followLogs(
  containers: ContainerApi,
  id: string,
  { signal, ...options }: LogOptions & { signal: AbortSignal },
): AsyncGenerator<LogBatch, void, void> {
  const batches = inBatches({
    open: (end) => containers.logs(id, { ...options, signal: end }),
    signal,
    weigh: (line: LogLine) => line.data.length + LINE_BYTES,
    maximumWeight: BATCH_BYTES,
  })
  for await (const lines of batches) yield { lines: lines.map(toBatchLine) }
}

function toBatchLine(line: LogLine): LogBatchLine {
  return { stream: line.stream, timestamp: line.timestamp, text: line.data.toString("utf8"), partial: line.partial }
}
