import {
  type ChangeLoadLineSettings,
  type LoadLineSettings,
  type SetLoadLineSettings,
  setLoadLineSettings,
} from "../../contract/overprovisioning.js"
import { DEFAULT_THETA, FALLBACK_RATIO } from "../load-line/load-line.js"
import type { Settings } from "../settings/settings.js"
import { amountsOf } from "./amounts.js"
import type { Capacity } from "./capacity.js"

const KEY = "load-line"
const MIB = 2 ** 20
const MINIMUM_MEMORY_RESERVE = 512 * MIB
const MINIMUM_CPU_RESERVE = 0.1
const RESERVE_SHARE = 0.05
/** Most of a plan's processes are never there at once, and a number that is free costs nothing. */
const PIDS_RATIO = 10

/** See `docs/reference/overprovisioning.md` for the reason of each. */
export function defaultLineSettings(capacity: Capacity): LoadLineSettings {
  const share = amountsOf((resource) => (capacity[resource] ?? 0) * RESERVE_SHARE)
  return {
    mode: "enforce",
    reserve: {
      memory: Math.max(MINIMUM_MEMORY_RESERVE, wholeMebibytes(share.memory)),
      cpu: Math.max(MINIMUM_CPU_RESERVE, share.cpu),
      disk: wholeMebibytes(share.disk),
      pids: Math.round(share.pids),
    },
    theta: { ...DEFAULT_THETA, pids: 1 },
    fallbackRatio: { ...FALLBACK_RATIO, pids: PIDS_RATIO },
  }
}

// A form shows it.
function wholeMebibytes(bytes: number): number {
  return Math.round(bytes / MIB) * MIB
}

/** What the operator set, in memory as the database has it. */
export class LineSettings {
  /** One change after the other: each is made on top of what the last one wrote. */
  private changing: Promise<unknown> = Promise.resolve()

  private constructor(
    private readonly settings: Settings,
    private current: SetLoadLineSettings,
  ) {}

  static async open(settings: Settings): Promise<LineSettings> {
    return new LineSettings(settings, await settings.read<SetLoadLineSettings>(KEY, setLoadLineSettings, {}))
  }

  /** What was set; the rest is by default. */
  get set(): SetLoadLineSettings {
    return this.current
  }

  of(capacity: Capacity): LoadLineSettings {
    const byDefault = defaultLineSettings(capacity)
    const { mode, reserve, theta, fallbackRatio } = this.current
    return {
      mode: mode ?? byDefault.mode,
      reserve: { ...byDefault.reserve, ...reserve },
      theta: { ...byDefault.theta, ...theta },
      fallbackRatio: { ...byDefault.fallbackRatio, ...fallbackRatio },
    }
  }

  /** Resolves when it is in the database; until then, and when it rejects, what was set before holds. */
  change(change: ChangeLoadLineSettings): Promise<void> {
    const made = this.changing.then(async () => {
      const { reserve, theta, fallbackRatio, ...top } = this.current
      const { reserve: _, theta: __, fallbackRatio: ___, ...changedTop } = change
      const next: SetLoadLineSettings = {
        ...changedPart<Pick<SetLoadLineSettings, "mode">>(top, changedTop),
        reserve: changedPart(reserve, change.reserve),
        theta: changedPart(theta, change.theta),
        fallbackRatio: changedPart(fallbackRatio, change.fallbackRatio),
      }
      await this.settings.write(KEY, next)
      this.current = next
    })
    // Who asked for it is told; the next change is none the worse for it.
    this.changing = made.catch(() => undefined)
    return made
  }
}

/** An absent field stays as it is, `null` takes it away. */
function changedPart<T extends object>(part: T | undefined, change: { [K in keyof T]?: T[K] | null } | undefined): T {
  return Object.fromEntries(Object.entries({ ...part, ...change }).filter(([, value]) => value !== null)) as T
}
