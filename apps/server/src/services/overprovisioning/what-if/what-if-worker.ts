// A thread of answer-in-thread.ts: one question, one answer.
import { parentPort, workerData } from "node:worker_threads"
import { computeWhatIf, type WhatIfQuestion } from "./compute-what-if.js"

parentPort?.postMessage(computeWhatIf(workerData as WhatIfQuestion))
