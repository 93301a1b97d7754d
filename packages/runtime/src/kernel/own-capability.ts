import { capabilityNames } from "../spec/capabilities.js"
import { readProcessStatus } from "./process-stat.js"

/** True when this process has the capability now: root need not have all of them, in a container least of all. */
export function hasCapability(name: (typeof capabilityNames)[number]): boolean {
  const effective = BigInt(`0x${readProcessStatus(process.pid)?.get("CapEff") ?? "0"}`)
  return ((effective >> BigInt(capabilityNames.indexOf(name))) & 1n) === 1n
}
