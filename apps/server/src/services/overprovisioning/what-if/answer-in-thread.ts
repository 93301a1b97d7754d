import { Worker } from "node:worker_threads"
import { EngineError } from "@plimsoll/runtime"
import type { WhatIfComputed, WhatIfQuestion } from "./compute-what-if.js"

const WORKER = new URL("./what-if-worker.js", import.meta.url)

/**
 * Computes the answer in a thread of its own, so that the console is not held up. Rejects with the signal's reason when it aborts, and the thread is
 * gone then; with the thread's error when that fails.
 */
export async function answerInThread(question: WhatIfQuestion, signal: AbortSignal, url = WORKER): Promise<WhatIfComputed> {
  signal.throwIfAborted()
  const worker = new Worker(url, { workerData: question })
  const leave = new AbortController()
  try {
    return await new Promise<WhatIfComputed>((resolve, reject) => {
      worker.once("message", resolve)
      worker.once("error", reject)
      worker.once("exit", (code) => reject(new EngineError("internal", { facts: { op: "what-if", code } })))
      signal.addEventListener("abort", () => reject(signal.reason as Error), { signal: leave.signal })
    })
  } finally {
    leave.abort()
    await worker.terminate()
  }
}
