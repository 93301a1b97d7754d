// A thread of replay-all.mjs: one task in, one result out.
import { parentPort, workerData } from "node:worker_threads"
import { policyFor, replay } from "@plimsoll/server/load-line"

const { trace, hostMachines, theta } = workerData
parentPort.on("message", ({ policy, seed }) => {
  const result = replay({ trace, hostMachines, theta, seed, predict: policyFor(policy, trace) })
  parentPort.postMessage({ policy, seed, result })
})
