import { get } from "node:http"
import { setTimeout as delay } from "node:timers/promises"

/** What is served at each visit. */
export const PAGE_BYTES = 65_536
const PATIENCE_MS = 30_000

/** One visitor: connects anew, reads the whole page and leaves. Resolves with when it was (wall clock), how long it took until the last byte, and why it failed, or `null`. */
export function visit({ id, address }) {
  const from = Date.now()
  const began = performance.now()
  return new Promise((resolve) => {
    const end = (failure) => resolve({ id, from, to: Date.now(), ms: performance.now() - began, failure })
    const request = get({ host: address, port: 80, agent: false, timeout: PATIENCE_MS }, (response) => {
      let bytes = 0
      response.on("data", (chunk) => {
        bytes += chunk.length
      })
      response.on("end", () => end(response.statusCode === 200 && bytes === PAGE_BYTES ? null : `${response.statusCode}, ${bytes} bytes`))
      response.on("error", (error) => end(error.message))
    })
    request.on("timeout", () => request.destroy(new Error(`no answer within ${PATIENCE_MS / 1000} s`)))
    request.on("error", (error) => end(error.message))
  })
}

/**
 * Visits at random moments, for `durationMs` or until `signal` aborts: a few containers often, the others seldom (`perSecond` of each group together). Nobody waits for another's answer.
 * Resolves with all visits when the last has its answer.
 */
export async function visitAtRandom({ groups, durationMs, random, signal }) {
  const pending = []
  const comeTo = async ({ containers, perSecond }) => {
    let next = performance.now()
    const end = next + durationMs
    while (!signal.aborted) {
      next += (-Math.log(1 - random()) / perSecond) * 1000
      const container = containers[Math.floor(random() * containers.length)]
      if (next > end) return
      await delay(Math.max(0, next - performance.now()), undefined, { signal }).catch(() => undefined)
      if (!signal.aborted) pending.push(visit(container))
    }
  }
  await Promise.all(groups.filter(({ containers }) => containers.length > 0).map(comeTo))
  return Promise.all(pending)
}
