import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { setTimeout as delay } from "node:timers/promises"
import { unlessGone } from "./unless-gone.mjs"

const path = (runDirectory) => join(runDirectory, "instance.json")

/** Notes who runs in this run directory, so that the next start finds what a killed one left behind. */
export function writeInstance(runDirectory, { url, processes }) {
  mkdirSync(runDirectory, { recursive: true, mode: 0o711 })
  const identified = Object.entries(processes).map(([name, pid]) => ({ name, pid, startTicks: startTicks(pid) }))
  // Never half of it: the next start reads it, also when this one is killed now.
  writeFileSync(`${path(runDirectory)}.new`, JSON.stringify({ url, processes: identified }))
  renameSync(`${path(runDirectory)}.new`, path(runDirectory))
}

export function removeInstance(runDirectory) {
  rmSync(path(runDirectory), { force: true })
}

/**
 * What of an earlier start still runs here: `{ url, processes: [{ name, pid }] }`, with only those whose start time is the noted one,
 * so that a reused pid is never taken for ours.
 */
export function readInstance(runDirectory) {
  if (!existsSync(path(runDirectory))) return { processes: [] }
  const noted = JSON.parse(readFileSync(path(runDirectory), "utf8"))
  return { url: noted.url, processes: noted.processes.filter(isAlive) }
}

/** Ends processes of an earlier start: TERM, then KILL after `graceMs`. Resolves when they are gone. */
export async function endProcesses(processes, graceMs = 10_000) {
  for (const signal of ["SIGTERM", "SIGKILL"]) {
    for (const { pid } of processes.filter(isAlive)) unlessGone(() => process.kill(pid, signal))
    const deadline = Date.now() + graceMs
    while (processes.some(isAlive) && Date.now() < deadline) await delay(50)
  }
}

const isAlive = ({ pid, startTicks: noted }) => noted !== undefined && startTicks(pid) === noted

/** Field 22 of /proc/PID/stat (proc(5)); undefined when there is no such process or it is a zombie. */
function startTicks(pid) {
  if (!existsSync(`/proc/${pid}/stat`)) return undefined
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").pop().split(" ")
    return fields[0] === "Z" ? undefined : fields[19]
  } catch (error) {
    if (["ENOENT", "ESRCH"].includes(error.code)) return undefined
    throw error
  }
}
