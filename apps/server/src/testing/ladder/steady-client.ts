import { get } from "node:http"

const EVERY_MS = 100
const TIMEOUT_MS = 5000

/** Asks a container again and again, each time over a new connection. */
export interface SteadyClient {
  /** Ends it; what came of its requests. */
  stop(): Promise<{ answered: number; failed: string[]; slowestMs: number }>
}

/** Asks `address` until it is stopped; an answer without `expected` counts as failed, as does none within 5 s. */
export function startSteadyClient(address: string, expected: string): SteadyClient {
  const outcome = { answered: 0, failed: [] as string[], slowestMs: 0 }
  let stopping = false
  const asking = (async () => {
    while (!stopping) {
      const began = performance.now()
      try {
        const body = await fetchPage(address)
        if (body.includes(expected)) outcome.answered++
        else outcome.failed.push(`answered with ${body.slice(0, 80)}`)
      } catch (error) {
        outcome.failed.push(String(error))
      }
      outcome.slowestMs = Math.max(outcome.slowestMs, performance.now() - began)
      await new Promise((resolve) => setTimeout(resolve, EVERY_MS))
    }
  })()
  return {
    async stop() {
      stopping = true
      await asking
      return outcome
    },
  }
}

/** Body of `/`. Rejects when none came within 5 s. */
export function fetchPage(address: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const outgoing = get({ host: address, port: 80, path: "/", agent: false, timeout: TIMEOUT_MS }, (response) => {
      let body = ""
      response.setEncoding("utf8")
      response.on("data", (chunk: string) => {
        body += chunk
      })
      response.on("error", reject)
      response.on("end", () => resolve(body))
    })
    outgoing.on("timeout", () => outgoing.destroy(new Error(`no answer within ${TIMEOUT_MS} ms`)))
    outgoing.on("error", reject)
  })
}
