import { checkInteger, checkList, checkObject, checkOneOf, checkPattern, checkString, fieldError, quoted } from "./check.js"

const HOUR_MS = 60 * 60 * 1000
const ulimitNames = [
  "as",
  "core",
  "cpu",
  "data",
  "fsize",
  "locks",
  "memlock",
  "msgqueue",
  "nice",
  "nofile",
  "nproc",
  "rss",
  "rtprio",
  "rttime",
  "sigpending",
  "stack",
]
/** Sysctls that belong to a namespace (namespaces(7)): no other may be set, since it would change the host. */
const NAMESPACED_SYSCTL =
  /^(?:net\.[a-zA-Z0-9_.-]+|kernel\.(?:msgmax|msgmnb|msgmni|sem|shmall|shmmax|shmmni|shm_rmid_forced)|fs\.mqueue\.[a-z_]+)$/

export function checkRestartPolicy(field: string, value: unknown): void {
  checkObject(field, value)
  checkOneOf(`${field}.kind`, value.kind, ["no", "on-failure", "always", "unless-stopped"])
  if (value.kind === "on-failure") checkInteger(`${field}.maximumRetries`, value.maximumRetries, 0, 1_000_000)
}

export function checkHealthCheck(field: string, value: unknown): void {
  checkObject(field, value)
  checkList(`${field}.command`, value.command, 1024)
  if (value.command.length === 0) throw fieldError(`${field}.command`, "is empty. Give a command, or null to switch the image's check off.")
  for (const argument of value.command) checkString(`${field}.command`, argument, 128 * 1024)
  checkInteger(`${field}.intervalMs`, value.intervalMs, 100, 24 * HOUR_MS)
  checkInteger(`${field}.timeoutMs`, value.timeoutMs, 100, HOUR_MS)
  checkInteger(`${field}.startPeriodMs`, value.startPeriodMs, 0, 24 * HOUR_MS)
  checkInteger(`${field}.retries`, value.retries, 1, 1000)
}

export function checkUlimits(field: string, value: unknown): void {
  checkList(field, value, ulimitNames.length)
  const seen = new Set<unknown>()
  for (const entry of value) {
    checkObject(field, entry)
    checkOneOf(`${field}.name`, entry.name, ulimitNames)
    if (seen.has(entry.name)) throw fieldError(field, `${entry.name} is set twice.`)
    seen.add(entry.name)
    checkInteger(`${field}.${entry.name}.soft`, entry.soft, 0, Number.MAX_SAFE_INTEGER)
    checkInteger(`${field}.${entry.name}.hard`, entry.hard, 0, Number.MAX_SAFE_INTEGER)
    if (entry.soft > entry.hard)
      throw fieldError(`${field}.${entry.name}`, `the soft limit ${entry.soft} is above the hard limit ${entry.hard}.`)
  }
}

export function checkSysctls(field: string, value: unknown): void {
  checkObject(field, value)
  const entries = Object.entries(value)
  if (entries.length > 256) throw fieldError(field, "at most 256 are allowed.")
  for (const [name, text] of entries) {
    if (!NAMESPACED_SYSCTL.test(name) || name.includes("..")) {
      throw fieldError(
        field,
        `${quoted(name)} cannot be set: only net.*, kernel.msg*, kernel.sem, kernel.shm* and fs.mqueue.* belong to a container; others would change the host.`,
      )
    }
    checkPattern(`${field}.${name}`, text, /^[\x20-\x7e\t]*$/, "use printable characters on one line.")
  }
}

/** `default`, `unconfined`, or a profile in the JSON of libseccomp as Docker and OCI tools write it. */
export function checkSeccomp(field: string, value: unknown): void {
  if (value === "default" || value === "unconfined") return
  checkObject(field, value)
  checkString(`${field}.profileJson`, value.profileJson, 512 * 1024)
  const profile = parseJson(field, value.profileJson)
  checkObject(`${field}.profileJson`, profile)
  checkPattern(`${field}.profileJson.defaultAction`, profile.defaultAction, /^SCMP_ACT_[A-Z_]+$/, "use an action such as SCMP_ACT_ERRNO.")
  if (profile.syscalls !== undefined) checkList(`${field}.profileJson.syscalls`, profile.syscalls, 2000)
}

function parseJson(field: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) throw fieldError(`${field}.profileJson`, `is not JSON: ${error.message.slice(0, 120)}`)
    throw error
  }
}
