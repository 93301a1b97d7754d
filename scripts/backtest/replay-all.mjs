import { availableParallelism } from "node:os"
import { Worker } from "node:worker_threads"

/**
 * Replays each policy with the seeds 1 … `seeds`, over as many threads as there are processors. `onPolicy(policy, results)`
 * is called once for each policy, in order, as soon as it is through; results stand in the order of the seeds, so that
 * the number of threads changes nothing. Rejects when a thread fails.
 */
export async function replayAll({ trace, hostMachines, theta, seeds, policies }, onPolicy) {
  const tasks = policies.flatMap((policy) => Array.from({ length: seeds }, (_, index) => ({ policy, seed: index + 1 })))
  const results = new Map(policies.map((policy) => [policy, []]))
  const counts = new Map(policies.map((policy) => [policy, 0]))
  let reported = 0
  const take = ({ policy, seed, result }) => {
    results.get(policy)[seed - 1] = result
    counts.set(policy, counts.get(policy) + 1)
    while (reported < policies.length && counts.get(policies[reported]) === seeds) {
      onPolicy(policies[reported], results.get(policies[reported]))
      reported++
    }
  }
  const workerData = { trace: shared(trace), hostMachines, theta }
  const threads = Math.min(tasks.length, availableParallelism())
  const workers = Array.from({ length: threads }, () => new Worker(new URL("./worker.mjs", import.meta.url), { workerData }))
  try {
    await Promise.all(workers.map((worker) => work(worker, tasks, take)))
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()))
  }
}

/** Hands one task after the other to a thread, until there is none. */
function work(worker, tasks, take) {
  return new Promise((resolve, reject) => {
    const next = () => {
      const task = tasks.shift()
      if (task === undefined) resolve()
      else worker.postMessage(task)
    }
    worker.on("error", reject)
    worker.on("exit", (code) => reject(new Error(`A thread of the backtest ended with code ${code}.`)))
    worker.on("message", (message) => {
      take(message)
      next()
    })
    next()
  })
}

/** The trace with its matrices in memory that threads share. */
function shared(trace) {
  const use = new Float32Array(new SharedArrayBuffer(trace.use.byteLength))
  use.set(trace.use)
  const missing = new Uint8Array(new SharedArrayBuffer(trace.missing.byteLength))
  missing.set(trace.missing)
  return { ...trace, use, missing }
}
