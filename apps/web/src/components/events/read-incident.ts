import { z } from "zod"

const victim = z.object({
  name: z.string(),
  waitedForMemory: z.number().optional(),
  waitedForCpu: z.number().optional(),
  throttled: z.number().optional(),
  majorFaultsPerSecond: z.number().optional(),
})
const list = z.string().transform((text, context): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    context.addIssue("not JSON")
    return z.NEVER
  }
})
const incident = z.object({
  resource: z.enum(["memory", "cpu"]),
  why: z.string(),
  consumers: list.pipe(z.array(z.object({ name: z.string(), amount: z.number() }))),
  victims: list.pipe(z.array(victim)),
})

/** Who took and who lost, the most first. Amounts in bytes or cores; losses in percent of the last 10 s, or faults a second. */
export type Incident = z.infer<typeof incident>
export const losses = ["waitedForMemory", "waitedForCpu", "throttled", "majorFaultsPerSecond"] as const satisfies (keyof z.infer<
  typeof victim
>)[]

/** What an event of the kind `incident` says; `null` when it says it in a way that is not known here. */
export function readIncident(attributes: Readonly<Record<string, string>>): Incident | null {
  return incident.safeParse(attributes).data ?? null
}
