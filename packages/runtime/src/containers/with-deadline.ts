import { EngineError } from "../errors.js"

/**
 * Rejects with `deadline_exceeded` (naming the step) when `work` has not settled after `deadlineMs`. The work itself is
 * not cut off: drivers have bounds of their own, this is the last one, so that no operation holds a container for ever.
 */
export async function withDeadline<T>(step: string, deadlineMs: number, work: () => Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(
        new EngineError("deadline_exceeded", {
          facts: { step, deadlineMs },
          publicMessage: `The step "${step}" did not finish within ${deadlineMs / 1000} s. What was done so far is undone; look at the host's load and try again.`,
        }),
      )
    }, deadlineMs)
  })
  try {
    return await Promise.race([work(), late])
  } finally {
    clearTimeout(timer)
  }
}
