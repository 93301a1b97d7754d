import { type HostSchedule, scheduleOnHosts } from "../hosts/schedule-on-hosts.js"

/** Collects garbage on every connected host that can, now and then; what went, each engine tells in an event of its own. Returns what stops it. */
export function scheduleGarbageCollection(schedule: HostSchedule): () => void {
  return scheduleOnHosts(schedule, async ({ engine }) => {
    const { features } = await engine.info()
    if (features.includes("image-garbage")) await engine.images.collectGarbage()
  })
}
