const PAGE = 200

/** All events of containers of these actions, oldest first. */
export async function readEvents(client, actions) {
  const events = []
  for (let after = 0; after !== null; ) {
    const { items, nextCursor } = await client.query("events.list", { kinds: ["container"], actions, after, limit: PAGE })
    events.push(...items)
    after = nextCursor
  }
  return events
}

/** From events of naps and wakes, oldest first: who slept from when to when (wall clock, from the first step of falling asleep on), and what that gave back. */
export function toSleeps(events) {
  const open = new Map()
  const sleeps = []
  for (const { id, at, action, attributes } of events) {
    if (action === "nap") {
      const sleep = {
        id,
        from: at - Number(attributes.tookMs),
        to: Number.POSITIVE_INFINITY,
        gaveBackBytes: Number(attributes.beforeBytes) - Number(attributes.afterBytes),
        wake: null,
      }
      open.set(id, sleep)
      sleeps.push(sleep)
    } else if (open.has(id)) {
      const sleep = open.get(id)
      open.delete(id)
      Object.assign(sleep, { to: at, wake: { cause: attributes.cause, wakeMs: Number(attributes.wakeMs) } })
    }
  }
  return sleeps
}

/** Parts the visits by what they found: one that naps, or falls asleep just then and is written down as napping, or one that is awake. */
export function partVisits(visits, sleeps) {
  const napping = []
  const awake = []
  for (const visit of visits) {
    const found = sleeps.some(({ id, from, to }) => id === visit.id && visit.from <= to && visit.to >= from)
    ;(found ? napping : awake).push(visit)
  }
  return { napping, awake }
}

/** Mean share of the containers that sleep between two moments. */
export function nappingShare(sleeps, { from, to, count }) {
  const sleptMs = sleeps.reduce((sum, sleep) => sum + Math.max(0, Math.min(sleep.to, to) - Math.max(sleep.from, from)), 0)
  return sleptMs / ((to - from) * count)
}
