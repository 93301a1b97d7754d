import { Worker } from "node:worker_threads"
import { SystemCallError } from "../../kernel/system-call-error.js"

interface Answer {
  number: number
  lowered: number
  restored: number
}

const pending = new Map<number, (answer: Answer | Error) => void>()
let worker: Worker | undefined
let last = 0

/**
 * Writes a lower value into a control file and at once the old one again, on a thread of its own: in between lies one system call, and not however long this process's
 * event loop is busy. A container that runs and grows would be killed for a limit that stays low. Resolves with the errno of the first write, 0 when it was taken. Rejects when the
 * old value could not be put back.
 */
export async function lowerForAMoment(path: string, lowered: string, before: string): Promise<number> {
  worker ??= startWorker()
  const thread = worker
  const number = ++last
  thread.ref()
  const answer = await new Promise<Answer | Error>((resolve) => {
    pending.set(number, resolve)
    thread.postMessage({ number, path, lowered, before })
  })
  if (pending.size === 0) thread.unref()
  if (answer instanceof Error) throw answer
  if (answer.restored !== 0) throw new SystemCallError("write", answer.restored, path)
  return answer.lowered
}

function startWorker(): Worker {
  const started = new Worker(program, { eval: true, name: "memory limits" })
  started.on("message", (answer: Answer) => settle(answer.number, answer))
  started.on("error", (error) => {
    worker = undefined
    for (const number of [...pending.keys()]) settle(number, error)
  })
  return started
}

function settle(number: number, answer: Answer | Error): void {
  pending.get(number)?.(answer)
  pending.delete(number)
}

// Text, so that it is the same in sources and in a build.
const program = `
const { openSync, writeSync, closeSync, constants } = require("node:fs")
const { parentPort } = require("node:worker_threads")
parentPort.on("message", ({ number, path, lowered, before }) => {
  const write = (fd, value) => {
    try {
      writeSync(fd, value)
      return 0
    } catch (error) {
      return -error.errno
    }
  }
  let fd
  try {
    fd = openSync(path, constants.O_WRONLY)
  } catch (error) {
    return parentPort.postMessage({ number, lowered: -error.errno, restored: 0 })
  }
  const first = write(fd, lowered)
  const second = write(fd, before)
  closeSync(fd)
  parentPort.postMessage({ number, lowered: first, restored: second })
})
`
