import { EngineError } from "../errors.js"
import { fieldError } from "../spec/check.js"
import { checkRestartPolicy } from "../spec/check-process-settings.js"
import type { RestartPolicy } from "../spec/container-spec.js"
import type { ResourceLimits } from "../spec/limits.js"
import { type ContainerRecord, runOf } from "./container-record.js"
import type { LifecycleContext } from "./lifecycle-context.js"

type LimitsContext = Pick<LifecycleContext, "cgroups" | "containers" | "groups">

export interface ContainerChange {
  limits?: { [K in keyof ResourceLimits]?: ResourceLimits[K] | null }
  restartPolicy?: RestartPolicy
}

/**
 * See `ContainerApi.update`; to be called in the container's queue. All or nothing, also over a crash: while the kernel's files are
 * written the document says that they are in doubt, and `settleLimits` puts back what the document has: at the next start, and every few seconds
 * when the kernel would not take the old values back at once.
 */
export async function updateContainer(context: LifecycleContext, id: string, change: ContainerChange): Promise<void> {
  const record = context.containers.find(id)
  const limits = mergeLimits(record.limits, change.limits ?? {})
  if (change.restartPolicy !== undefined) checkPolicy(record, change.restartPolicy)
  context.cgroups.check(limits)
  if (runOf(record) !== undefined && change.limits !== undefined) {
    await context.containers.update(record.id, (current) => ({ record: { ...current, limitsInDoubt: true }, events: [] }))
    try {
      await context.groups.of(record).update(record.limitsInDoubt ? wholeLimits(context, limits) : change.limits)
    } catch (error) {
      if (!record.limitsInDoubt && isAsBefore(error)) await beyondDoubt(context, record.id)
      throw error
    }
  }
  await context.containers.update(record.id, (current) => ({
    record: {
      ...current,
      limits,
      limitsInDoubt: change.limits === undefined && current.limitsInDoubt,
      resolved: { ...current.resolved, restartPolicy: change.restartPolicy ?? current.resolved.restartPolicy },
    },
    events: [{ action: "update", attributes: describe(change) }],
  }))
}

/** `null` and `undefined` fall away, what is not named stays. */
export function mergeLimits(limits: ResourceLimits, change: NonNullable<ContainerChange["limits"]>): ResourceLimits {
  const known = Object.entries({ ...limits, ...change }).filter(([, value]) => value !== null && value !== undefined)
  return Object.fromEntries(known)
}

/** Gives a running container whose limits are in doubt those of its document; no effect on others. To be called in its queue. */
export async function settleLimits(context: LimitsContext, id: string): Promise<void> {
  const record = context.containers.get(id)
  if (record === undefined || !record.limitsInDoubt || runOf(record) === undefined || context.containers.isRemoving(id)) return
  await context.groups.of(record).update(wholeLimits(context, record.limits))
  await beyondDoubt(context, id)
}

/** Every limit as it should be, with `null` for those that are not set: for putting back what may have been changed. */
function wholeLimits({ cgroups }: LimitsContext, limits: ResourceLimits): NonNullable<ContainerChange["limits"]> {
  const enforceable = Object.entries(cgroups.enforceableLimits()).filter(([, ability]) => ability?.enforceable === true)
  return { ...Object.fromEntries(enforceable.map(([name]) => [name, null])), ...limits }
}

// The driver tells what the kernel did not take back; of what is no refusal of its own nobody knows how far it came.
function isAsBefore(error: unknown): boolean {
  return error instanceof EngineError && error.facts.notPutBack === undefined
}

async function beyondDoubt({ containers }: LimitsContext, id: string): Promise<void> {
  await containers.update(id, (current) => ({ record: { ...current, limitsInDoubt: false }, events: [] }))
}

function checkPolicy(record: ContainerRecord, policy: RestartPolicy): void {
  checkRestartPolicy("restartPolicy", policy)
  if (policy.kind !== "no" && record.spec.autoRemove === true)
    throw fieldError("restartPolicy", "cannot be set on a container that is removed when it exits.")
}

function describe(change: ContainerChange): Record<string, string> {
  const limits = Object.entries(change.limits ?? {}).map(([name, value]) => [name, value === null ? "none" : JSON.stringify(value)])
  return { ...Object.fromEntries(limits), ...(change.restartPolicy === undefined ? {} : { restartPolicy: change.restartPolicy.kind }) }
}
