import { readFileSync } from "node:fs"

/** One line of /proc/PID/mountinfo (proc_pid_mountinfo(5)). */
export interface MountEntry {
  mountId: number
  parentId: number
  /** `major:minor` of the file system. */
  device: string
  /** Path inside the file system that is the mount's root. */
  root: string
  target: string
  options: string[]
  type: string
  source: string
  superOptions: string[]
}

/** All mounts of this process's mount namespace, in order of mounting. Read at once, so that it is one state. */
export function readMounts(path = "/proc/self/mountinfo"): MountEntry[] {
  return parseMounts(readFileSync(path, "utf8"))
}

export function parseMounts(text: string): MountEntry[] {
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map(parseMount)
}

/** The topmost mount at exactly this target. */
export function findMount(target: string, mounts = readMounts()): MountEntry | undefined {
  return mounts.findLast((entry) => entry.target === target)
}

function parseMount(line: string): MountEntry {
  const fields = line.split(" ")
  // Any number of optional fields stands between the sixth and a lone `-`.
  const separator = fields.indexOf("-", 6)
  const text = (index: number): string => unescapeMount(fields[index] ?? "")
  return {
    mountId: Number(fields[0]),
    parentId: Number(fields[1]),
    device: text(2),
    root: text(3),
    target: text(4),
    options: text(5).split(","),
    type: text(separator + 1),
    source: text(separator + 2),
    superOptions: text(separator + 3).split(","),
  }
}

// The kernel writes space, tab, newline, backslash and `#` as octal.
function unescapeMount(field: string): string {
  return field.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)))
}
