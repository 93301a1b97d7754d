import { errnoOf } from "../errors.js"
import { readControlFile } from "../kernel/control-file.js"

/**
 * True when something has come that the processes of this network namespace have not taken yet: a connection that nobody accepted, bytes or datagrams that nobody
 * read. Of a container that sleeps: somebody waits for its answer. False when the process is gone.
 */
export function inputWaits(pid: number, read: (path: string) => string = readTable): boolean {
  return ["tcp", "tcp6", "udp", "udp6"].some((table) => hasWaitingInput(read(`/proc/${pid}/net/${table}`)))
}

/** Of a table as in proc_pid_net(5): `sl local remote state tx:rx …`. For a listener rx is how many wait to be accepted. */
export function hasWaitingInput(table: string): boolean {
  return table
    .split("\n")
    .slice(1)
    .some((line) => Number.parseInt(line.trim().split(/\s+/)[4]?.split(":")[1] ?? "0", 16) > 0)
}

function readTable(path: string): string {
  try {
    return readControlFile(path, 1 << 24)
  } catch (error) {
    // Without IPv6 there is no such table; without the process none at all.
    if (errnoOf(error) === "ENOENT" || errnoOf(error) === "ESRCH" || errnoOf(error) === "EINVAL") return ""
    throw error
  }
}
