import { getAttribute, removeAttribute, setAttribute } from "../kernel/file-calls.js"

/** What was asked for, kept with the group where the kernel takes only what fits into its parent (v1 cpu and cpuset). */
export interface WantedValue {
  group: string
  name: string
  /** null: nothing was asked for. */
  value: string | null
}

/**
 * Keeps the value as an extended attribute of the group's directory, so that it lives and dies with the group and survives the
 * daemon. (cgroup file systems hold `trusted.*` attributes since Linux 3.7.)
 */
export function keepWanted({ group, name, value }: WantedValue): void {
  if (value === null) removeAttribute(group, attribute(name))
  else setAttribute(group, attribute(name), Buffer.from(value))
}

/** The value kept, or undefined. */
export function recallWanted(group: string, name: string): string | undefined {
  return getAttribute(group, attribute(name))?.toString("utf8")
}

function attribute(name: string): string {
  return `trusted.plimsoll.${name}`
}
