import { localHost } from "../../contract/hosts.js"
import { OPERATOR_TENANT } from "../admission/admission-desk.js"
import type { OwnEvent } from "../events/event-journal.js"
import { every } from "../every.js"
import type { CapacityReading } from "./capacity.js"
import type { CapacityNews, CapacityWatch } from "./capacity-watch.js"

const LOOK_MS = 5000
/** What could not be told for so long is no news: the oldest go. */
const MOST_UNTOLD = 100

export interface KeepCapacityDependencies {
  watch: CapacityWatch
  readCapacity: () => Promise<CapacityReading>
  note: (event: OwnEvent) => Promise<void>
  /** It has something else than at the look before. */
  onChange: () => Promise<void>
  now: () => number
  report: (error: unknown, doing: string) => void
}

/** Looks every five seconds at what the machine has, and tells what changed as incidents. What cannot be written, as when the database lies on the disk that fails, is told when it can. */
export function keepCapacity({ watch, readCapacity, note, onChange, now, report }: KeepCapacityDependencies) {
  const untold: CapacityNews[] = []

  async function lookOnce(): Promise<void> {
    const news = watch.look(await readCapacity(), now())
    untold.push(...news)
    untold.splice(0, Math.max(0, untold.length - MOST_UNTOLD))
    if (news.length > 0) await onChange()
    for (let next = untold[0]; next !== undefined; next = untold[0]) {
      await note(toEvent(next))
      untold.shift()
    }
    await watch.save()
  }

  let looking: Promise<void> = Promise.resolve()
  /** One after the other, so that nothing is told twice. Who asked for the look before was told of its failure. */
  const look = () => {
    looking = looking.catch(() => undefined).then(lookOnce)
    return looking
  }

  const stop = every(LOOK_MS, look, (error) => report(error, "look at what the machine has"))
  return { look, stop }
}

function toEvent({ at, resource, change, why, facts, before, now }: CapacityNews): OwnEvent {
  return {
    at,
    kind: "incident",
    action: "capacity",
    id: localHost,
    name: "this machine",
    tenant: OPERATOR_TENANT,
    attributes: {
      resource,
      change,
      why,
      whyFacts: JSON.stringify(facts),
      ...(before !== null && { beforeAmount: String(before) }),
      ...(now !== null && { nowAmount: String(now) }),
    },
  }
}
