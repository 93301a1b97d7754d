import { EngineError } from "@plimsoll/runtime"

/** What `work` gives, or a rejection with `deadline_exceeded` when it takes longer. What it still does is left to itself. */
export async function within<T>(deadlineMs: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const seconds = Math.ceil(deadlineMs / 1000)
      reject(new EngineError("deadline_exceeded", { publicMessage: `It did not answer within ${seconds} s.`, facts: { deadlineMs } }))
    }, deadlineMs)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
