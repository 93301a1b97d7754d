import { type ContainerEngine, isEngineError } from "@plimsoll/runtime"
import { type HostSchedule, scheduleOnHosts } from "../hosts/schedule-on-hosts.js"

/**
 * Gives back to every connected host what its volumes and containers with a disk of their own do not use any more, now and then; how much that
 * was, each engine tells in an event for each. A disk that fails is told and holds up no other. Returns what stops it.
 */
export function scheduleCompaction(schedule: HostSchedule): () => void {
  return scheduleOnHosts(schedule, async ({ id, engine }) => {
    const { features } = await engine.info()
    const disks = [
      ...(features.includes("volume-limits") ? await volumeDisks(engine) : []),
      ...(features.includes("disk-limits") ? await containerDisks(engine) : []),
    ]
    for (const compact of disks) {
      try {
        await compact()
      } catch (error) {
        // It has no disk of its own, was removed meanwhile, or its disk is being checked: the next time.
        if (!isEngineError(error, "conflict") && !isEngineError(error, "not_found")) schedule.onError(error, id)
      }
    }
  })
}

type Compact = () => Promise<unknown>

async function volumeDisks({ volumes }: ContainerEngine): Promise<Compact[]> {
  return (await volumes.list()).flatMap(({ name, limit }) => (limit.kind === "disk" ? [() => volumes.compact(name)] : []))
}

async function containerDisks({ containers }: ContainerEngine): Promise<Compact[]> {
  return (await containers.list()).map(
    ({ id }) =>
      () =>
        containers.compactDisk(id),
  )
}
