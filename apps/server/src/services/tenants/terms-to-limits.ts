import type { EngineInfo, ResourceLimits } from "@plimsoll/runtime"
import type { PlanTerms } from "../../contract/plans.js"

/**
 * The terms as limits of the tenant's cgroup. What must hold is always asked for, so that an engine that cannot hold it says so; what is kept as a
 * promise only where the host cannot (guaranteed memory, disk rates) is left out there. `device`: the disk of the engine's data, if it is one.
 */
export function termsToLimits(
  terms: PlanTerms,
  { enforceableLimits }: Pick<EngineInfo, "enforceableLimits">,
  device: string | undefined,
): ResourceLimits {
  const can = (name: keyof ResourceLimits) => enforceableLimits[name]?.enforceable === true
  const { diskBytesPerSecond: bytes, diskOperationsPerSecond: operations } = terms
  const rates = {
    ...(bytes !== undefined && { readBytesPerSecond: bytes, writeBytesPerSecond: bytes }),
    ...(operations !== undefined && { readOperationsPerSecond: operations, writeOperationsPerSecond: operations }),
  }
  return {
    memoryMaxBytes: terms.memoryMaxBytes,
    cpuMaxCores: terms.cpuMaxCores,
    cpuWeight: terms.cpuWeight,
    pidsMax: terms.pidsMax,
    ...(terms.memoryGuaranteedBytes > 0 && can("memoryLowBytes") && { memoryLowBytes: terms.memoryGuaranteedBytes }),
    ...(device !== undefined && Object.keys(rates).length > 0 && can("ioDevices") && { ioDevices: [{ device, ...rates }] }),
  }
}
