import { EngineError } from "../../errors.js"
import { readProcessStatus } from "../../kernel/process-stat.js"
import { capabilityNames, parseCapability } from "../../spec/capabilities.js"
import type { OciCapabilities } from "./oci-types.js"

export interface CapabilityRequest {
  names: readonly string[]
  /** "All that there are": what this process itself lacks is left out silently, as in Docker. */
  privileged: boolean
  /** In a user namespace any capability can be given, for it counts in there only. */
  userNamespace: boolean
  /** What this process has. */
  own: readonly string[]
}

/**
 * The five sets of a process. Inheritable and ambient stay empty: an inheritable set would let a program with file
 * capabilities regain what its user lacks (CVE-2022-24769). `unsupported` for one that this process cannot give.
 */
export function ociCapabilities(request: CapabilityRequest): OciCapabilities {
  const asked = [...new Set(request.names.map(parseCapability).flatMap((name) => (name === "ALL" ? capabilityNames : [name])))]
  const lacking = request.userNamespace ? [] : asked.filter((name) => !request.own.includes(name))
  const wantsAll = request.privileged || asked.length === capabilityNames.length
  if (lacking.length > 0 && !wantsAll) {
    throw new EngineError("unsupported", {
      facts: { lacking },
      publicMessage: `The engine itself does not have ${lacking.join(", ")}, so that it cannot give it to a container without a user namespace.`,
    })
  }
  const granted = asked.filter((name) => !lacking.includes(name))
  return { bounding: granted, effective: granted, permitted: granted, inheritable: [], ambient: [] }
}

/** Names in a bit mask as `CapEff` of /proc/PID/status has it (hexadecimal). */
export function capabilitiesOfMask(mask: string): string[] {
  const bits = BigInt(`0x${mask}`)
  return capabilityNames.filter((_, number) => (bits & (1n << BigInt(number))) !== 0n)
}

/** Capabilities of this process. */
export function ownCapabilities(): string[] {
  return capabilitiesOfMask(readProcessStatus(process.pid)?.get("CapEff") ?? "0")
}
