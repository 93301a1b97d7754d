import type { ResourceLimitName, ResourceLimits } from "../spec/limits.js"
import type { CgroupSample } from "./cgroup-driver.js"
import type { Hierarchy } from "./hierarchy.js"
import type { Reclaimer } from "./reclaimer.js"
import type { Signs } from "./signs.js"
import type { WantedValue } from "./wanted-value.js"

/** A change of limits: absent is left alone, `null` lifts. */
export type LimitChange = { [K in keyof ResourceLimits]?: ResourceLimits[K] | null }

/** One value to write into one interface file. */
export interface ControlWrite {
  limit: ResourceLimitName
  path: string
  /** A function when it depends on what was written before it. */
  value: string | (() => string)
  /** What to write to get the old state back, from the file's content before. Default: that content. */
  undo?: (before: string) => string
  /** Refuse as `limit_below_usage` what reclaim cannot make fit: for v2, whose kernel would kill instead of refusing. */
  mustFit?: { currentPath: string; highPath: string; bytes: number }
  /** Kept with the group once the whole change is done: what was asked for, where the kernel only takes less. */
  remember?: WantedValue
}

export interface Enforceability {
  enforceable: boolean
  /** Why not; or, when enforceable, what to know about it. */
  reason?: string
  /** What mends it. */
  remedy?: string
}

/** Enforceability by limit: those a controller answers for. */
export type EnforceabilityTable = Partial<Record<ResourceLimitName, Enforceability>>

export interface StatReader {
  /**
   * Of the readers of CPU time and of memory alone: the counter that moves whenever anything in the group runs, or whenever a page is charged or given back,
   * by whomever. Called before each `read`, which tells what was counted then. Undefined when the group is gone.
   */
  pulse?(): number | undefined
  /**
   * Puts its part into the draft. Parts may belong to earlier samples too: one that changes is replaced. Unless `whole`, the draft holds the figures of the time
   * before, and what cannot have changed is left as it is; limits too, which change only by who writes them. False when the group is gone.
   */
  read(draft: CgroupSample, whole: boolean): boolean
  /** The last `read` put something off: there must be another one although nothing runs. */
  owes?(): boolean
  close(): void
}

/**
 * One controller of one cgroup version: the only place that knows its files. It plans and reads; what it plans is written
 * by `applyWrites`, so that a change is all or nothing.
 */
export interface Controller {
  readonly name: string
  readonly hierarchy: Hierarchy
  /** For limits of this controller alone. `sample` is the directory of any group below the hierarchy's root, when there is one. */
  enforceability(sample: string | undefined): EnforceabilityTable
  /** Called once for each new group, parents first. */
  initialise?(group: string): void
  /**
   * Writes that make the change in `group` (a directory), in order. `children` are the groups directly below that must go on fitting
   * into it. Rejects with `limit_unsupported` where the combination cannot be, `invalid_argument` where a value cannot be.
   */
  plan(group: string, change: LimitChange, children: readonly string[]): ControlWrite[]
  /** Writes that fit a group to what is below it, after something there was removed. */
  settle?(group: string): ControlWrite[]
  openStats?(group: string, signs: Signs): StatReader
  /** Of the controller of memory alone. `group`: any below the hierarchy's root. */
  reclaimer?(group: string): Reclaimer
}
