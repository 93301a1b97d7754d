import { test } from "vitest"
import { type AttemptId, attempts } from "./attempts.js"

/** The test of a row of the table of attempts. */
export function attempt(id: AttemptId, work: () => Promise<unknown>): void {
  test(`${attempts[id].what}: ${attempts[id].result}`, work)
}
