import type { z } from "zod"
import { changeLoadLineSettingsInput, type LoadLineSettings } from "../../contract/overprovisioning.js"
import { DEFAULT_THETA, FALLBACK_RATIO } from "../load-line/load-line.js"
import type { Settings } from "../settings/settings.js"
import { amountsOf } from "./amounts.js"
import type { Capacity } from "./capacity.js"

/** What was changed; the rest is by default, which goes with the machine's size. */
export type ChangedSettings = z.infer<typeof changeLoadLineSettingsInput>

const KEY = "load-line"
const MINIMUM_MEMORY_RESERVE = 512 * 2 ** 20
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
      memory: Math.max(MINIMUM_MEMORY_RESERVE, Math.round(share.memory)),
      cpu: Math.max(MINIMUM_CPU_RESERVE, share.cpu),
      disk: Math.round(share.disk),
      pids: Math.round(share.pids),
    },
    theta: { ...DEFAULT_THETA, pids: 1 },
    fallbackRatio: { ...FALLBACK_RATIO, pids: PIDS_RATIO },
  }
}

export function mergeSettings(byDefault: LoadLineSettings, { mode, reserve, theta, fallbackRatio }: ChangedSettings): LoadLineSettings {
  return {
    mode: mode ?? byDefault.mode,
    reserve: { ...byDefault.reserve, ...defined(reserve) },
    theta: { ...byDefault.theta, ...defined(theta) },
    fallbackRatio: { ...byDefault.fallbackRatio, ...defined(fallbackRatio) },
  }
}

/** What the operator changed, in memory as the database has it. */
export class LineSettings {
  private constructor(
    private readonly settings: Settings,
    private changed: ChangedSettings,
  ) {}

  static async open(settings: Settings): Promise<LineSettings> {
    return new LineSettings(settings, await settings.read<ChangedSettings>(KEY, changeLoadLineSettingsInput, {}))
  }

  of(capacity: Capacity): LoadLineSettings {
    return mergeSettings(defaultLineSettings(capacity), this.changed)
  }

  async change(change: ChangedSettings): Promise<void> {
    const { reserve, theta, fallbackRatio } = this.changed
    const merged: ChangedSettings = {
      ...this.changed,
      ...change,
      reserve: { ...reserve, ...defined(change.reserve) },
      theta: { ...theta, ...defined(change.theta) },
      fallbackRatio: { ...fallbackRatio, ...defined(change.fallbackRatio) },
    }
    await this.settings.write(KEY, merged)
    this.changed = merged
  }
}

type Defined<T> = { [K in keyof T]: Exclude<T[K], undefined> }

function defined<T extends object>(part: T | undefined): Defined<T> {
  return Object.fromEntries(Object.entries(part ?? {}).filter(([, value]) => value !== undefined)) as Defined<T>
}
