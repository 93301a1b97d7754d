import { join } from "node:path"
import type { Pressure } from "../engine.js"
import type { CgroupSample } from "./cgroup-driver.js"
import type { Controller, StatReader } from "./controller.js"
import type { Hierarchy } from "./hierarchy.js"
import { openPressure } from "./pressure.js"
import type { Signs } from "./signs.js"
import { field, StatFile } from "./stat-file.js"

/** Everything is read at least so often: no figure of an economical sample is older. */
export const WHOLE_EVERY_MS = 10_000

/** Of CPU time and of memory: with less nobody can tell that nothing happened. */
const PULSES = 2

/**
 * Reads one group's statistics. Files are opened at the first sample and kept; a sample then is one pread(2) a file. An economical one leaves out files
 * that cannot have changed:
 *
 * - While neither CPU time nor the charge of memory moved, and nothing that goes on by itself did (I/O, waits, throttling), nothing else is read.
 * - Of a group that ran: what a sign stands still for (see `Sign`), which is I/O, waits and OOM kills; what memory is made of while its charge stands still; user and
 *   system time before they can be a tick more; throttling without a quota; limits.
 *
 * What that misses (a page of anonymous memory that came for one of file cache, I/O of one that sleeps, a limit that somebody else wrote) is seen within `WHOLE_EVERY_MS`.
 */
export class ContainerSampler {
  readonly #readers: StatReader[]
  readonly #pulses: NonNullable<StatReader["pulse"]>[]
  readonly #beats: number[]
  readonly #signs: Signs
  readonly #now: () => number
  #last: CgroupSample | undefined
  #wholeAt = 0
  /** Something moves that may go on moving while nothing in the group runs. */
  #goesOn = true

  constructor(options: {
    path: string
    controllers: readonly Controller[]
    unified: Hierarchy | undefined
    signs: Signs
    now: () => number
  }) {
    const { path, controllers, unified, signs } = options
    this.#now = options.now
    this.#signs = signs
    this.#readers = controllers.flatMap(({ hierarchy, openStats }) => openStats?.(join(hierarchy.mount, path), signs) ?? [])
    this.#pulses = this.#readers.flatMap(({ pulse }) => pulse ?? [])
    this.#beats = this.#pulses.map(() => Number.NaN)
    if (unified !== undefined)
      this.#readers.push(
        unifiedReader(
          unified.mount,
          join(unified.mount, path),
          signs,
          controllers.some(({ hierarchy }) => hierarchy.version === 1),
        ),
      )
  }

  /** Its parts may be those of earlier and later samples: nobody changes them. Undefined when the group is gone. */
  sample({ economical = false }: { economical?: boolean } = {}): CgroupSample | undefined {
    const now = this.#now()
    this.#signs.begin()
    const isStill = this.#feelPulses()
    if (isStill === undefined) return undefined
    const last = this.#last
    const age = now - this.#wholeAt
    const whole = !economical || last === undefined || !(age >= 0 && age < WHOLE_EVERY_MS)
    const draft = whole ? emptySample(now) : next(last, now)
    if (!whole && isStill && !this.#goesOn) return draft
    for (const reader of this.#readers) if (!reader.read(draft, whole)) return undefined
    if (whole) this.#wholeAt = last === undefined || age < 0 ? now - this.#signs.nextPhase() * WHOLE_EVERY_MS : now - (age % WHOLE_EVERY_MS)
    this.#goesOn = last === undefined || goesOn(last, draft) || this.#readers.some((reader) => reader.owes?.())
    this.#last = draft
    return draft
  }

  /** Somebody wrote limits: all is read at the next sample. */
  forget(): void {
    this.#last = undefined
  }

  close(): void {
    for (const reader of this.#readers.splice(0)) reader.close()
  }

  /** Whether nothing ran, and no memory came or went; undefined when the group is gone. */
  #feelPulses(): boolean | undefined {
    let isStill = this.#pulses.length === PULSES
    for (let index = 0; index < this.#pulses.length; index++) {
      const beat = this.#pulses[index]?.()
      if (beat === undefined) return undefined
      if (beat !== this.#beats[index]) isStill = false
      this.#beats[index] = beat
    }
    return isStill
  }
}

function emptySample(now: number): CgroupSample {
  return {
    sampledAt: now,
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
}

function next({ cpu, memory, io, pids, pressure }: CgroupSample, now: number): CgroupSample {
  return pressure === undefined ? { sampledAt: now, cpu, memory, io, pids } : { sampledAt: now, cpu, memory, io, pids, pressure }
}

/** What may go on without anything running: I/O under way, waits for it or for CPU time, averages of them, throttling. */
function goesOn(before: CgroupSample, after: CgroupSample): boolean {
  return (
    before.cpu.periods !== after.cpu.periods ||
    before.cpu.throttledMicros !== after.cpu.throttledMicros ||
    before.io.readOperations !== after.io.readOperations ||
    before.io.writeOperations !== after.io.writeOperations ||
    waits(before.pressure?.cpu, after.pressure?.cpu) ||
    waits(before.pressure?.memory, after.pressure?.memory) ||
    waits(before.pressure?.io, after.pressure?.io)
  )
}

function waits(before: Pressure | undefined, after: Pressure | undefined): boolean {
  return after !== undefined && (after.some.avg10 > 0 || after.some.totalMicros !== before?.some.totalMicros)
}

// On a hybrid host an OCI runtime need not join the v2 group: then its pressure is nobody's, not 0.
function unifiedReader(mount: string, group: string, signs: Signs, hybrid: boolean): StatReader {
  const pressure = openPressure(mount, group, signs)
  if (!hybrid) return pressure
  const events = StatFile.open(join(group, "cgroup.events"))
  let joined = false
  return {
    owes: () => joined && pressure.owes?.() === true,
    read: (draft, whole) => {
      joined ||= field(events?.text() ?? "", "populated") === 1
      return joined ? pressure.read(draft, whole) : true
    },
    close: () => {
      events?.close()
      pressure.close()
    },
  }
}
