import type { DockerEndpoint } from "../endpoint.js"
import { type DockerSubject, streamError, translateError } from "../translate-error.js"

/** One line of what Docker tells while it loads, pulls or pushes. */
export interface ProgressLine {
  id?: string
  status?: string
  stream?: string
  progressDetail?: { current?: number; total?: number } | null
  aux?: Record<string, unknown> | null
  error?: string
  errorDetail?: { message?: string } | null
}

/** Reads to the end. A failure that Docker tells in the middle of a 200 answer rejects, as does one of the line. */
export async function readProgress(
  body: AsyncIterable<Uint8Array>,
  context: { about: DockerSubject; endpoint: DockerEndpoint; signal?: AbortSignal | undefined; onLine?: (line: ProgressLine) => void },
): Promise<void> {
  const { about, endpoint, signal, onLine } = context
  try {
    for await (const text of readLines(body)) {
      const line = JSON.parse(text) as ProgressLine
      const failure = line.errorDetail?.message ?? line.error
      if (failure !== undefined) throw streamError(failure, about, endpoint)
      onLine?.(line)
    }
  } catch (error) {
    throw translateError(error, { about, endpoint, request: { method: "", path: "", ...(signal === undefined ? {} : { signal }) } })
  }
}

/** Lines of text, without their ends; empty ones are left out. */
export async function* readLines(body: AsyncIterable<Uint8Array>): AsyncGenerator<string, void, undefined> {
  const decoder = new TextDecoder()
  let pending = ""
  for await (const chunk of body) {
    pending += decoder.decode(chunk, { stream: true })
    const lines = pending.split("\n")
    pending = lines.pop() ?? ""
    for (const line of lines) if (line.trim() !== "") yield line
  }
  if (pending.trim() !== "") yield pending
}
