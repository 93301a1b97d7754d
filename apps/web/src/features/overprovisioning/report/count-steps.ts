import { type EventRecord, type LadderRung, ladderRungs } from "@plimsoll/server/contract"

type Told = Pick<EventRecord, "action" | "attributes">

export interface RungCount {
  rung: LadderRung
  done: number
  advised: number
  failed: number
  gaveBackBytes: number
}

/** What the ladder did, by rung, lowest first. */
export function countSteps(events: readonly Told[]): RungCount[] {
  return ladderRungs.map((rung) => {
    const steps = events.filter(({ attributes }) => attributes.rung === rung)
    const withResult = (result: string) => steps.filter(({ attributes }) => attributes.result === result)
    const done = withResult("done")
    return {
      rung,
      done: done.length,
      advised: withResult("advised").length,
      failed: withResult("failed").length,
      gaveBackBytes: done.reduce((sum, { attributes }) => sum + gaveBack(attributes), 0),
    }
  })
}

function gaveBack({ beforeBytes, afterBytes }: Told["attributes"]): number {
  const bytes = Number(beforeBytes) - Number(afterBytes)
  return Number.isFinite(bytes) ? Math.max(0, bytes) : 0
}

/** How many breaches there were of each kind, those told of by the next one too. Kinds without any are absent. */
export function countIncidents(events: readonly Told[]): { kind: string; count: number }[] {
  const counts = new Map<string, number>()
  for (const { action, attributes } of events) counts.set(action, (counts.get(action) ?? 0) + 1 + (Number(attributes.passedOver) || 0))
  return [...counts].map(([kind, count]) => ({ kind, count })).sort((a, b) => b.count - a.count)
}
