import { checkInteger, fieldError } from "../spec/check.js"
import type { ResourceLimits } from "../spec/limits.js"

/** A change of limits: absent is left alone, `null` lifts. */
export type LimitChange = { [K in keyof ResourceLimits]?: ResourceLimits[K] | null }

/** Docker's own floor, below which no process starts. */
const minimumMemoryBytes = 6 * 1024 * 1024

/** Throws `invalid_argument` for values that cannot be, before anything is sent: an update is all or nothing. */
export function checkLimitValues(change: LimitChange, host: { cpuCount: number }): void {
  const integer = (name: keyof ResourceLimits, minimum: number, maximum = Number.MAX_SAFE_INTEGER): void => {
    const value = change[name]
    if (value !== undefined && value !== null) checkInteger(`limits.${name}`, value, minimum, maximum)
  }
  integer("memoryMaxBytes", minimumMemoryBytes)
  integer("memoryHighBytes", 0)
  integer("memoryLowBytes", 0)
  integer("memoryMinBytes", 0)
  integer("swapMaxBytes", 0)
  integer("pidsMax", 1, 4_194_304)
  integer("cpuWeight", 1, 10_000)
  // Docker's scale on cgroup v1.
  integer("ioWeight", 10, 1000)
  const { cpuMaxCores, cpusetCpus, cpusetMems, ioDevices } = change
  if (
    cpuMaxCores !== undefined &&
    cpuMaxCores !== null &&
    !(Number.isFinite(cpuMaxCores) && cpuMaxCores >= 0.01 && cpuMaxCores <= host.cpuCount)
  )
    throw fieldError("limits.cpuMaxCores", `must be from 0.01 to ${host.cpuCount} cores, which is what the Docker host has.`)
  for (const [name, list] of Object.entries({ cpusetCpus, cpusetMems }))
    if (typeof list === "string" && !/^\d{1,5}(-\d{1,5})?(,\d{1,5}(-\d{1,5})?)*$/.test(list))
      throw fieldError(`limits.${name}`, "must be a list such as 0-1,3.")
  for (const entry of ioDevices ?? [])
    if (!/^\d{1,4}:\d{1,8}$/.test(entry.device))
      throw fieldError("limits.ioDevices", 'a device is named by its numbers, for example "8:0".')
}
