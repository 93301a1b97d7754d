import { z } from "zod"
import { bounds } from "./bounds.js"
import type { MetricMark } from "./metrics.js"
import { planId } from "./plans.js"
import { epochMs } from "./primitives.js"
import type { Shortage, StepReason } from "./reasons.js"

/** What is sold beyond what is there. Memory and disk in bytes, CPU in cores, pids in processes. */
export const loadLineResources = ["memory", "cpu", "disk", "pids"] as const
export type ResourceName = (typeof loadLineResources)[number]
/** Those that have a prediction; of processes there are so many that a ratio is enough. */
export const predictedResources = ["memory", "cpu", "disk"] as const
export type WhatIfResource = (typeof predictedResources)[number]

const reserved = z.number().min(0).max(Number.MAX_SAFE_INTEGER)
const share = z.number().min(0.05).max(1)
const ratio = z.number().min(1).max(100)
const perResource = <T extends z.ZodType>(type: T) => z.strictObject({ memory: type, cpu: type, disk: type, pids: type })
const someResources = <T extends z.ZodType>(type: T) => perResource(type.exactOptional()).exactOptional()

/** How much may be sold. Defaults and what each does: `docs/reference/overprovisioning.md`. */
export const loadLineSettings = z.strictObject({
  /** `enforce`: what passes the load line is refused. `advise`: it is let through and an event says so. */
  mode: z.enum(["enforce", "advise"]),
  /** Kept for the host, in the resource's unit; never above its capacity. */
  reserve: perResource(reserved),
  /** Share of allocatable that the predicted peak may fill. */
  theta: perResource(share),
  /** Times allocatable, while the host was watched for less than seven days. */
  fallbackRatio: perResource(ratio),
})
export type LoadLineSettings = z.infer<typeof loadLineSettings>
/** What was set. The rest goes by its default, which goes with the machine's size. */
export const setLoadLineSettings = z.object({
  mode: loadLineSettings.shape.mode.exactOptional(),
  reserve: someResources(reserved),
  theta: someResources(share),
  fallbackRatio: someResources(ratio),
})
export type SetLoadLineSettings = z.infer<typeof setLoadLineSettings>
/** Absent parts stay. `null` takes back what was set, so that the part goes by its default again. */
export const changeLoadLineSettingsInput = z.object({
  mode: loadLineSettings.shape.mode.nullable().exactOptional(),
  reserve: someResources(reserved.nullable()),
  theta: someResources(share.nullable()),
  fallbackRatio: someResources(ratio.nullable()),
})
export type ChangeLoadLineSettings = z.input<typeof changeLoadLineSettingsInput>

/** One summand of a predicted peak: see `docs/reference/backtest.md`. */
export interface PredictedPart {
  name: "seen" | "young" | "scatter" | "floor" | "estimate" | "bound"
  amount: number
  /** How many sales it speaks of. */
  sales: number
}

/** One resource of this machine now; amounts in its unit. */
export interface ResourceLine {
  resource: ResourceName
  capacity: number
  reserve: number
  /** Capacity less reserve, never negative. */
  allocatable: number
  /** Sum of what was promised: plans of tenants, and limits of containers that belong to no plan. */
  sold: number
  guaranteed: number
  /** `null`: it could not be measured. */
  used: number | null
  /** Highest use expected in the coming 24 hours. */
  predictedPeak: number
  predictedParts: PredictedPart[]
  /** When in the coming 24 hours it is expected, if the last days had a rhythm; else `null`. */
  predictedPeakAt: number | null
  wakeDebt: number
  theta: number
  /** How much may be sold in all. */
  loadLine: number
  /** Load line − sold; negative when too much was sold. */
  headroom: number
  decidedBy: "prediction" | "fallback"
  /** Days of history behind it. */
  historyDays: number
  /** On `exceeded` of `days` resampled days use would have passed allocatable; `null`: not enough history. */
  risk: { days: number; exceeded: number; worstShare: number } | null
}

/** What is guaranteed in sum is bounded by what there is, beside what is sold. */
export type GuaranteeName = "guaranteedMemory" | "guaranteedCpu"
export type HeadroomBound = ResourceName | GuaranteeName

/** How many more of a plan would fit now: below the load line, and with what it guarantees. */
export interface PlanHeadroom {
  plan: string
  name: string
  fits: number
  /** What is full first; `null`: nothing of it is bounded. */
  boundBy: HeadroomBound | null
}

/** What the used memory of this machine is made of, in bytes. `cached` could go at once and is not use. */
export interface MemoryMakeup {
  anonBytes: number
  shmemBytes: number
  kernelBytes: number
  cachedBytes: number
  freeBytes: number
  swap: { totalBytes: number; usedBytes: number }
  /** `null`: the machine has none. */
  zram: { devices: number; storedBytes: number; takenBytes: number } | null
  zswap: { storedBytes: number; takenBytes: number } | null
}

/** Disks of this machine with a limit, in bytes. */
export interface DiskLedger {
  promisedBytes: number
  allocatedBytes: number
  usedBytes: number
  /** Allocated and not used: what compacting would give back. */
  reclaimableBytes: number
  /** At the pace of the last days; `null`: it does not fill, or is not known. */
  daysToFull: number | null
}

/** What an operator should know, with the figures that it speaks of, for who words it in another language. Amounts in the resource's unit. */
export type LineRemark =
  /** How much there is could not be read: nothing more is sold. */
  | { code: "unreadable"; resource: ResourceName }
  /** It takes no writes, for a reason in the kernel's words: nothing more is sold. */
  | { code: "disk-fails"; why: string }
  | { code: "shrank"; resource: ResourceName; before: number; now: number }
  | { code: "oversold"; resource: ResourceName; tooMuch: number }
  | { code: "guaranteed-too-much"; resource: ResourceName; guaranteed: number; allocatable: number }
  | { code: "selling-stopped"; why: Shortage | null }
  | { code: "little-history"; days: number; neededDays: number }
  /** So much of the history of use was not seen, 0–1. */
  | { code: "gaps"; share: number }
  | { code: "unreadable-history"; parts: number }
  | { code: "no-memory-limit"; containers: number }
  | { code: "no-cpu-limit"; containers: number }
  /** What containers use was not measured in the last ten seconds. */
  | { code: "not-measured" }
  | { code: "no-swap" }
  | { code: "no-pressure" }
  /** What is no container's takes more memory than is kept for it. */
  | { code: "reserve-passed"; usedBytes: number; reservedBytes: number }

export interface OverprovisioningNow {
  at: number
  resources: ResourceLine[]
  plans: PlanHeadroom[]
  memory: MemoryMakeup
  disks: DiskLedger
  /** Share of time that some waited in the last 10 and 60 s, and all waited in the last 10 s; `null`: the kernel does not tell. */
  pressure: Record<"memory" | "cpu" | "io", { someAvg10: number; someAvg60: number; fullAvg10: number | null } | null>
  settings: LoadLineSettings
  /** What they would be on this machine if nothing had been set. */
  defaults: LoadLineSettings
  /** What was set of them. */
  set: SetLoadLineSettings
  /** What an operator should know, in words: containers without a limit, capacity that shrank, no swap, no PSI, little history. */
  remarks: string[]
  /** The same, in the same order, in figures. */
  remarkFacts: LineRemark[]
  ladder: LadderNow
}

export const overprovisioningHistoryInput = z
  .object({
    resource: z.enum(loadLineResources),
    from: epochMs,
    to: epochMs,
    maximumPoints: z.number().int().min(2).max(bounds.seriesPoints).default(bounds.seriesPoints),
  })
  .refine((input) => input.to > input.from, { message: "must be later than “from”", path: ["to"] })

/** `null`: a gap, never filled. */
export interface LinePoint {
  at: number
  allocatable: number | null
  sold: number | null
  guaranteed: number | null
  used: number | null
  /** Highest single sample of the step. */
  usedMax: number | null
  predictedPeak: number | null
  loadLine: number | null
}
export interface LineHistory {
  stepMs: number
  /** In order of time. A step of which nothing is known has no point. */
  points: LinePoint[]
  marks: MetricMark[]
}

/** One sale: a tenant with a plan; of others a container, or a volume with a size. */
export interface SaleUse {
  kind: "tenant" | "container" | "volume"
  /** Name of a tenant or volume, or id of a container. */
  id: string
  name: string
  tenant: string
  plan: { id: string; name: string } | null
  resource: ResourceName
  /** What it bought; `null`: nothing was promised. */
  sold: number | null
  used: number
  /** Of the last seven days, or as long as it was seen. */
  peak: number
  historyDays: number
  /** The smallest plan that would hold its peak with a tenth to spare; `null`: none would, or it has the right one. */
  betterPlan: { id: string; name: string } | null
}
export const saleUsesInput = z.object({ resource: z.enum(loadLineResources), limit: z.number().int().min(1).max(200).default(20) })
/** Highest peak ÷ sold first, and lowest first. */
export interface SaleUses {
  over: SaleUse[]
  under: SaleUse[]
}

/** This machine's own history once more, with other terms. */
export const whatIfInput = z.object({
  resource: z.enum(predictedResources),
  theta: share,
  /** Times allocatable that may be sold at most, whatever the prediction says; absent: no such bound. */
  ratio: ratio.exactOptional(),
  /** Share of allocatable: a machine of another size. */
  capacityShare: z.number().min(0.1).max(10).default(1),
  /** More tenants, each using what a random present sale of this size uses for what it bought. */
  extra: z
    .array(z.object({ plan: planId, count: z.number().int().min(1).max(bounds.whatIfExtra) }))
    .max(20)
    .refine((extra) => extra.reduce((sum, { count }) => sum + count, 0) <= bounds.whatIfExtra, {
      message: `must not be more than ${bounds.whatIfExtra} tenants in all`,
    })
    .default([]),
  days: z.number().int().min(1).max(30).default(30),
  seed: z
    .number()
    .int()
    .min(0)
    .max(2 ** 31)
    .default(1),
})
/** Why an answer is weaker than it looks, with the figures that it speaks of. */
export type WhatIfRemark =
  | { code: "nothing-recorded"; resource: WhatIfResource }
  | { code: "short-history"; hours: number; askedDays: number }
  | { code: "young" }
  | { code: "gap"; hours: number }
  | { code: "unseen"; sales: number }
  | { code: "no-limit"; sales: number }
  | { code: "disk-means" }
  | { code: "cpu-means" }
  | { code: "extra-guess" }
  | { code: "extra-unknown" }
  | { code: "unbound-plans"; plans: string[]; resource: WhatIfResource }
  | { code: "coarse-naps" }
  | { code: "present-only" }

export interface WhatIf {
  /** Days of history that were there to replay. */
  days: number
  allocatable: number
  /** Sold ÷ allocatable at the end. */
  sold: number
  /** How many sales of those present and extra were let in, and refused. */
  admitted: number
  refused: number
  /** Share of time in which use passed allocatable. */
  exhaustedShare: number
  /** How far at worst, as a share of allocatable. */
  worstOvershoot: number
  /** Those that could have napped: idle for longer than the rule at some time. */
  wouldNap: number
  /** At most 600, oldest first. */
  points: { at: number; used: number; predictedPeak: number; sold: number }[]
  /** Why the answer is weaker than it looks, in words. */
  remarks: string[]
  /** The same, in the same order, in figures. */
  remarkFacts: WhatIfRemark[]
}

/** Where the ladder stands, lowest rung first. */
export const ladderRungs = ["reclaim", "stop-selling", "tighten", "nap", "hibernate", "stop"] as const
export type LadderRung = (typeof ladderRungs)[number]

export const ladderSettings = z.strictObject({
  /** `advise`: every step is told and none is taken. */
  mode: z.enum(["act", "advise", "off"]),
  rungs: z.strictObject(
    Object.fromEntries(
      ladderRungs.map((rung) => [
        rung,
        z.strictObject({
          mode: z.enum(["act", "advise", "off"]),
          /** Used ÷ allocatable memory from which on it is taken. */
          usedShare: z.number().min(0.1).max(1),
        }),
      ]),
    ) as Record<LadderRung, z.ZodObject<{ mode: z.ZodEnum<{ act: "act"; advise: "advise"; off: "off" }>; usedShare: z.ZodNumber }>>,
  ),
  /** How far below its threshold use must fall before a rung is left, as a share of allocatable. */
  hysteresis: z.number().min(0).max(0.2),
  /** Memory pressure from which on the ladder climbs whatever is used: `some avg60`, `full avg10`, in percent. */
  pressureSomeAvg60: z.number().min(0).max(100),
  pressureFullAvg10: z.number().min(0).max(100),
  nap: z.strictObject({
    /** Idle containers nap without any shortage, too. */
    always: z.boolean(),
    /** No more CPU than this, in cores, counts as idle. */
    idleCores: z.number().min(0).max(1),
    /** For so long, without network traffic and exec. */
    idleMs: z
      .number()
      .int()
      .min(1000)
      .max(30 * 86_400_000),
  }),
  hibernate: z.strictObject({
    /** For so long without CPU, traffic and exec, naps included. */
    idleMs: z
      .number()
      .int()
      .min(1000)
      .max(90 * 86_400_000),
  }),
  /** Tenants that no rung touches. */
  exemptTenants: z.array(z.string().min(1).max(bounds.tenantLength)).max(1000),
})
export type LadderSettings = z.infer<typeof ladderSettings>
/** A higher rung is not taken at less use than a lower one. */
export const changeLadderSettingsInput = ladderSettings.superRefine(({ rungs }, context) => {
  for (const [index, rung] of ladderRungs.entries()) {
    const below = ladderRungs[index - 1]
    if (below !== undefined && rungs[rung].usedShare < rungs[below].usedShare)
      context.addIssue({ code: "custom", path: ["rungs", rung, "usedShare"], message: `must not be less than that of “${below}”` })
  }
})

/** Labels of a container that say what may be done to it. */
export const ladderLabels = {
  exempt: "plimsoll.ladder",
  napAfterMs: "plimsoll.nap.after-ms",
  hibernateAfterMs: "plimsoll.hibernate.after-ms",
} as const

export interface LadderStep {
  at: number
  rung: LadderRung
  /** `advised`: it would have been done. */
  result: "done" | "advised" | "failed"
  /** Container or tenant it was done to; `null`: the host as a whole. */
  subject: { kind: "container" | "tenant"; id: string; name: string; tenant: string } | null
  why: string
  /** What `why` says, in figures; `null`: it is in the engine's words, or those of an earlier version. */
  reason: StepReason | null
  shortage: Shortage | null
  /** `null`: it gives back nothing by itself. */
  beforeBytes: number | null
  afterBytes: number | null
}

/** A container that the last rung stopped and that nobody has started or removed since: starting it again is the operator's. */
export interface StoppedByLadder {
  id: string
  name: string
  tenant: string
  at: number
  gaveBackBytes: number
}

export interface LadderNow {
  settings: LadderSettings
  /** What they are where nothing was set. One that is put to its default counts as not set. */
  defaults: LadderSettings
  /** The highest rung that is taken; `null`: all is well. */
  rung: LadderRung | null
  since: number | null
  why: string | null
  /** The same as `why`, in figures. */
  shortage: Shortage | null
  napping: { id: string; name: string; tenant: string; since: number; gaveBackBytes: number }[]
  /** `gaveBackBytes`: of memory and swap. */
  hibernating: { id: string; name: string; tenant: string; since: number; gaveBackBytes: number; imageBytes: number }[]
  /** Newest first. */
  stopped: StoppedByLadder[]
  /** The newest 50, newest first. */
  steps: LadderStep[]
}
