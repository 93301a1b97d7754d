import type { GuaranteeName, ResourceLine } from "../../contract/overprovisioning.js"

/** What plans and limits guarantee, by the name that bounds and refusals call it. */
export const guaranteeNames = { memory: "guaranteedMemory", cpu: "guaranteedCpu" } as const satisfies Record<string, GuaranteeName>
export const guaranteedResources = ["memory", "cpu"] as const

/**
 * What may still be guaranteed; negative when it is too much already. A guarantee holds when all take theirs at the same instant: so the sum is
 * bounded by what there is, whatever is predicted and however often it may be sold.
 */
export function guaranteeLeft({ allocatable, guaranteed }: Pick<ResourceLine, "allocatable" | "guaranteed">): number {
  return allocatable - guaranteed
}
