/** Does something every so often, one at a time, until stopped; never keeps the process alive. A failure is reported and does not stop it. */
export function every(intervalMs: number, work: () => Promise<unknown>, onError: (error: unknown) => void): () => void {
  let timer: NodeJS.Timeout | undefined
  let stopped = false
  const schedule = () => {
    if (stopped) return
    timer = setTimeout(() => {
      work().then(schedule, (error: unknown) => {
        onError(error)
        schedule()
      })
    }, intervalMs).unref()
  }
  schedule()
  return () => {
    stopped = true
    clearTimeout(timer)
  }
}
