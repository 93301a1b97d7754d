import { expect, it } from "vitest"
import { answerInThread } from "./answer-in-thread.js"
import type { WhatIfQuestion } from "./compute-what-if.js"

const thread = (source: string) =>
  new URL(`data:text/javascript,${encodeURIComponent(`import { parentPort, workerData } from "node:worker_threads"\n${source}`)}`)
const question = { nap: { idleCores: 7, idleMs: 1 } } as WhatIfQuestion
const patient = new AbortController().signal

it("gives the question to the thread and its answer back", async () => {
  const answer = await answerInThread(question, patient, thread("parentPort.postMessage(workerData.nap)"))
  expect(answer).toEqual({ idleCores: 7, idleMs: 1 })
})

it("ends a thread that computes for ever when the signal aborts, with the signal's reason", async () => {
  const leave = new AbortController()
  const counts = new Int32Array(new SharedArrayBuffer(4))
  const busy = thread("for (;;) Atomics.add(workerData.highestCores, 0, 1)")
  const answer = answerInThread({ ...question, highestCores: counts as never }, leave.signal, busy)
  await expect.poll(() => Atomics.load(counts, 0)).toBeGreaterThan(0)
  leave.abort(new Error("enough"))
  await expect(answer).rejects.toThrow("enough")
  const after = Atomics.load(counts, 0)
  expect(await new Promise((resolve) => setImmediate(() => resolve(Atomics.load(counts, 0))))).toBe(after)
})

it("rejects when the thread fails or ends without an answer", async () => {
  await expect(answerInThread(question, patient, thread("throw new Error('bad')"))).rejects.toThrow("bad")
  await expect(answerInThread(question, patient, thread("process.exit(3)"))).rejects.toMatchObject({ code: "internal", facts: { code: 3 } })
  await expect(answerInThread(question, AbortSignal.abort(new Error("gone")), thread(""))).rejects.toThrow("gone")
})
