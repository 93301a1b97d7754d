import { spawnSync } from "node:child_process"
import { closeSync, openSync } from "node:fs"
import { bind } from "../libc.js"

/**
 * Moves the calling thread (of a test, Node's main one) into a new network namespace with its loopback up: whatever it connects to, listens
 * at or spawns from now on is there. The returned function brings it back; the namespace ends with the last process in it.
 */
export function enterOwnNetworkNamespace(): () => void {
  const before = openSync("/proc/thread-self/ns/net", "r")
  callUnshare(CLONE_NEWNET)
  const result = spawnSync("ip", ["link", "set", "lo", "up"], { encoding: "utf8" })
  if (result.status !== 0) throw new Error(`ip link set lo up: ${result.stderr}`)
  return () => {
    callSetns(before, CLONE_NEWNET)
    closeSync(before)
  }
}

const CLONE_NEWNET = 0x40000000
const callUnshare = bind({ symbol: "unshare", result: "int", arguments: ["int"] })
const callSetns = bind({ symbol: "setns", result: "int", arguments: ["int", "int"] })
