import { closeSync } from "node:fs"
import { errnoOf } from "../errors.js"
import { bind } from "./libc.js"

/**
 * Sends a signal through a pidfd, after `stillMeant` confirmed the process behind it: between opening and sending the pid
 * cannot come to mean another process. False when it is gone or not meant. (pidfd_open(2), Linux 5.3.)
 */
export function signalVerified(pid: number, signal: number, stillMeant: (pid: number) => boolean): boolean {
  let fd: number
  try {
    fd = callPidfdOpen(NR_PIDFD_OPEN, pid, 0)
  } catch (error) {
    // EINVAL: the pid is a thread's or was reused by one.
    if (errnoOf(error) === "ESRCH" || errnoOf(error) === "EINVAL") return false
    throw error
  }
  try {
    if (!stillMeant(pid)) return false
    callPidfdSendSignal(NR_PIDFD_SEND_SIGNAL, fd, signal, null, 0)
    return true
  } catch (error) {
    if (errnoOf(error) === "ESRCH") return false
    throw error
  } finally {
    closeSync(fd)
  }
}

const NR_PIDFD_SEND_SIGNAL = 424
const NR_PIDFD_OPEN = 434
const callPidfdOpen = bind({ symbol: "syscall", result: "long", arguments: ["long", "long", "unsigned long"] }, "pidfd_open")
const callPidfdSendSignal = bind(
  { symbol: "syscall", result: "long", arguments: ["long", "long", "long", "void*", "unsigned long"] },
  "pidfd_send_signal",
)
