import { existsSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { expect, it } from "vitest"
import { STEPS_PER_DAY, saleCourses } from "../load-line/what-if/sale-courses.js"
import { answerInThread } from "./what-if/answer-in-thread.js"
import { computeWhatIf } from "./what-if/compute-what-if.js"

const BUILT = new URL("../../../dist/services/overprovisioning/what-if/what-if-worker.js", import.meta.url)

it("the built thread answers as the code does, and the event loop goes on meanwhile", async () => {
  if (!existsSync(fileURLToPath(BUILT))) throw new Error(`${BUILT.pathname} is not there: build it with npm run types`)
  const [rows, steps] = [100, 20 * STEPS_PER_DAY]
  const highest = new Float32Array(new SharedArrayBuffer(rows * steps * 4)).map((_, place) => (place * 7919) % 50)
  const courses = saleCourses({ startMs: 0, steps, rows, highest, use: highest })
  const request = {
    courses,
    sold: Array.from({ length: rows }, () => 100),
    extra: [50, 50],
    allocatable: 4000,
    theta: 0.9,
    seed: 3,
    maximumPoints: 600,
  }
  const question = { request, highestCores: highest, nap: { idleCores: 3, idleMs: 900_000 } }
  let longestMs = 0
  let last = performance.now()
  const ticks = setInterval(() => {
    longestMs = Math.max(longestMs, performance.now() - last)
    last = performance.now()
  }, 5)
  const answer = await answerInThread(question, new AbortController().signal, BUILT)
  clearInterval(ticks)
  const began = performance.now()
  expect(answer).toEqual(computeWhatIf(question))
  // What held up nobody there takes several times as long here.
  expect(longestMs).toBeLessThan((performance.now() - began) / 2)
})
