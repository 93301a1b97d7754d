import { join } from "node:path"
import type { CgroupSample } from "./cgroup-driver.js"
import type { Controller, StatReader } from "./controller.js"
import type { Hierarchy } from "./hierarchy.js"
import { openPressure } from "./pressure.js"
import { field, StatFile } from "./stat-file.js"

/** Reads one group's statistics. Files are opened at the first sample and kept; a sample then is one pread(2) a file. */
export class ContainerSampler {
  readonly #readers: StatReader[]
  readonly #now: () => number

  constructor(options: { path: string; controllers: readonly Controller[]; unified: Hierarchy | undefined; now: () => number }) {
    const { path, controllers, unified } = options
    this.#now = options.now
    this.#readers = controllers.flatMap(({ hierarchy, openStats }) => openStats?.(join(hierarchy.mount, path)) ?? [])
    if (unified !== undefined)
      this.#readers.push(
        unifiedReader(
          join(unified.mount, path),
          controllers.some(({ hierarchy }) => hierarchy.version === 1),
        ),
      )
  }

  /** Undefined when the group is gone. */
  sample(): CgroupSample | undefined {
    const draft: CgroupSample = {
      sampledAt: this.#now(),
      cpu: { usageMicros: 0 },
      memory: {
        usedBytes: 0,
        chargedBytes: 0,
        anonBytes: 0,
        fileBytes: 0,
        shmemBytes: 0,
        kernelBytes: 0,
        swapBytes: 0,
        majorFaults: 0,
        oomKills: 0,
      },
      io: { readBytes: 0, writeBytes: 0, readOperations: 0, writeOperations: 0 },
      pids: { current: 0 },
    }
    for (const reader of this.#readers) if (!reader.read(draft)) return undefined
    return draft
  }

  close(): void {
    for (const reader of this.#readers.splice(0)) reader.close()
  }
}

// On a hybrid host an OCI runtime need not join the v2 group: then its pressure is nobody's, not 0.
function unifiedReader(group: string, hybrid: boolean): StatReader {
  const pressure = openPressure(group)
  if (!hybrid) return pressure
  const events = StatFile.open(join(group, "cgroup.events"))
  let joined = false
  return {
    read: (draft) => {
      joined ||= field(events?.text() ?? "", "populated") === 1
      return joined ? pressure.read(draft) : true
    },
    close: () => {
      events?.close()
      pressure.close()
    },
  }
}
