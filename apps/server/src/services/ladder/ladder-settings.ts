import { z } from "zod"
import { type LadderRung, type LadderSettings, ladderRungs, ladderSettings } from "../../contract/overprovisioning.js"
import type { Settings } from "../settings/settings.js"
import { defaultLadderSettings } from "./default-settings.js"

const KEY = "ladder"

/** What was set on top of the defaults, lower rungs at no more use than higher ones. */
export function readLadderSettings(settings: Settings): Promise<LadderSettings> {
  const schema = z.preprocess((set) => onTopOf(defaultLadderSettings, set), ladderSettings).transform(inOrder)
  return settings.read(KEY, schema, defaultLadderSettings)
}

/** Only what differs from its default is kept: the rest follows the defaults of whatever version reads it. */
export function writeLadderSettings(settings: Settings, value: LadderSettings): Promise<void> {
  return settings.write(KEY, differing(value, defaultLadderSettings) ?? {})
}

/** The parts that are not as by default; a list is one part. `undefined`: there are none. */
function differing(value: unknown, byDefault: unknown): unknown {
  if (!isGroup(value) || !isGroup(byDefault)) return JSON.stringify(value) === JSON.stringify(byDefault) ? undefined : value
  const parts = Object.entries(value).map(([key, part]) => [key, differing(part, byDefault[key])] as const)
  const set = parts.filter(([, part]) => part !== undefined)
  return set.length === 0 ? undefined : Object.fromEntries(set)
}

function onTopOf(byDefault: unknown, set: unknown): unknown {
  if (!isGroup(byDefault) || !isGroup(set)) return set ?? byDefault
  return { ...byDefault, ...Object.fromEntries(Object.entries(set).map(([key, part]) => [key, onTopOf(byDefault[key], part)])) }
}

function isGroup(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value)
}

/** The threshold of a rung that was not set, which an earlier version need not have known, lies between those that were. */
function inOrder(settings: LadderSettings): LadderSettings {
  const isSet = (rung: LadderRung) => settings.rungs[rung].usedShare !== defaultLadderSettings.rungs[rung].usedShare
  const setShares = (rungs: readonly LadderRung[]) => rungs.filter(isSet).map((rung) => settings.rungs[rung].usedShare)
  const ordered = ladderRungs.map((rung, index) => {
    const { mode, usedShare } = settings.rungs[rung]
    const [below, above] = [setShares(ladderRungs.slice(0, index)), setShares(ladderRungs.slice(index + 1))]
    return [rung, { mode, usedShare: isSet(rung) ? usedShare : Math.min(Math.max(usedShare, ...below), ...above) }]
  })
  return { ...settings, rungs: Object.fromEntries(ordered) }
}
