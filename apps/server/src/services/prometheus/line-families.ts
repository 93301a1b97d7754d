import {
  ladderRungs,
  loadLineResources,
  type OverprovisioningNow,
  type ResourceLine,
  type ResourceName,
} from "../../contract/overprovisioning.js"
import { counter, gauge, type MetricFamily, type MetricGroup } from "./metric-family.js"

type Family = MetricFamily<OverprovisioningNow>

const DAY_SECONDS = 86_400
const UNITS = { memory: "bytes", cpu: "cores", disk: "bytes", pids: "processes" } as const satisfies Record<ResourceName, string>
const NAMES: Record<ResourceName, string> = { memory: "memory", cpu: "CPU", disk: "disk", pids: "processes" }

/** Of each resource, in its unit. */
const FIGURES: readonly { figure: string; help: (resource: string) => string; read: (line: ResourceLine) => number | null }[] = [
  { figure: "capacity", help: (name) => `What the machine has of ${name}`, read: (line) => line.capacity },
  { figure: "reserve", help: (name) => `What is kept of ${name} for the host`, read: (line) => line.reserve },
  { figure: "allocatable", help: (name) => `Capacity less reserve of ${name}`, read: (line) => line.allocatable },
  { figure: "sold", help: (name) => `Sum of the limits of ${name} that were promised`, read: (line) => line.sold },
  { figure: "guaranteed", help: (name) => `Sum of what is promised of ${name} even under pressure`, read: (line) => line.guaranteed },
  { figure: "used", help: (name) => `What is used of ${name} now`, read: (line) => line.used },
  {
    figure: "predicted_peak",
    help: (name) => `Highest use of ${name} expected in the coming 24 hours`,
    read: (line) => line.predictedPeak,
  },
  { figure: "wake_debt", help: (name) => `What sleepers would take of ${name} if they woke`, read: (line) => line.wakeDebt },
  { figure: "load_line", help: (name) => `How much of ${name} may be sold in all`, read: (line) => line.loadLine },
  { figure: "headroom", help: (name) => `Load line less sold of ${name}; negative when too much was sold`, read: (line) => line.headroom },
]

const resourceFamilies: Family[] = loadLineResources.flatMap((resource) => {
  const lineOf = (now: OverprovisioningNow) => now.resources.find((line) => line.resource === resource)
  return [
    ...FIGURES.map(({ figure, help, read }): Family => {
      return gauge({
        name: `plimsoll_${resource}_${figure}_${UNITS[resource]}`,
        unit: UNITS[resource],
        help: help(NAMES[resource]),
        read: (now) => {
          const line = lineOf(now)
          return line === undefined ? null : read(line)
        },
      })
    }),
    gauge<OverprovisioningNow>({
      name: `plimsoll_${resource}_predicted_part_${UNITS[resource]}`,
      unit: UNITS[resource],
      help: `Summands of the predicted peak of ${NAMES[resource]}`,
      labels: ["part"],
      read: (now) => (lineOf(now)?.predictedParts ?? []).map(({ name, amount }) => ({ labels: { part: name }, value: amount })),
    }),
  ]
})

/** The same figure of each resource. */
function ofEach(read: (line: ResourceLine) => number | null | undefined): Family["read"] {
  return (now) => now.resources.map((line) => ({ labels: { resource: line.resource }, value: read(line) }))
}

const decisionFamilies: Family[] = [
  gauge({
    name: "plimsoll_theta_ratio",
    unit: "ratio",
    help: "Share of allocatable that the predicted peak may fill",
    labels: ["resource"],
    read: ofEach(({ theta }) => theta),
  }),
  gauge({
    name: "plimsoll_decided_by_fallback",
    unit: "",
    help: "1: the fallback ratio decides, since there is too little history; 0: the prediction does",
    labels: ["resource"],
    read: ofEach(({ decidedBy }) => (decidedBy === "fallback" ? 1 : 0)),
  }),
  gauge({
    name: "plimsoll_history_seconds",
    unit: "seconds",
    help: "Length of the history behind the prediction",
    labels: ["resource"],
    read: ofEach(({ historyDays }) => historyDays * DAY_SECONDS),
  }),
  gauge({
    name: "plimsoll_predicted_peak_timestamp_seconds",
    unit: "seconds",
    help: "When the predicted peak is expected, if the last days had a rhythm",
    labels: ["resource"],
    read: ofEach(({ predictedPeakAt }) => (predictedPeakAt === null ? null : predictedPeakAt / 1000)),
  }),
  gauge({
    name: "plimsoll_risk_days",
    unit: "",
    help: "Days that were put together from those seen, to tell the risk",
    labels: ["resource"],
    read: ofEach(({ risk }) => risk?.days),
  }),
  gauge({
    name: "plimsoll_risk_exceeded_days",
    unit: "",
    help: "Those of them on which use would have passed allocatable",
    labels: ["resource"],
    read: ofEach(({ risk }) => risk?.exceeded),
  }),
  gauge({
    name: "plimsoll_risk_worst_ratio",
    unit: "ratio",
    help: "Highest use of all of them as a share of allocatable",
    labels: ["resource"],
    read: ofEach(({ risk }) => risk?.worstShare),
  }),
  gauge({
    name: "plimsoll_load_line_enforced",
    unit: "",
    help: "1: what passes the load line is refused; 0: it is let through and told",
    read: ({ settings }) => (settings.mode === "enforce" ? 1 : 0),
  }),
  gauge({
    name: "plimsoll_plan_headroom_tenants",
    unit: "",
    help: "How many more tenants of a plan would fit below the load line",
    labels: ["plan", "name"],
    read: ({ plans }) => plans.map(({ plan, name, fits }) => ({ labels: { plan, name }, value: fits })),
  }),
]

const ladderFamilies: Family[] = [
  gauge({
    name: "plimsoll_ladder_rung",
    unit: "",
    help: `Highest rung that is taken; 0: none, ${ladderRungs.map((rung, index) => `${index + 1}: ${rung}`).join(", ")}`,
    read: ({ ladder }) => (ladder.rung === null ? 0 : ladderRungs.indexOf(ladder.rung) + 1),
  }),
  gauge({
    name: "plimsoll_ladder_rung_acts",
    unit: "",
    help: "1: the rung acts; 0: it only tells, or is off",
    labels: ["rung"],
    read: ({ ladder: { settings } }) =>
      ladderRungs.map((rung) => ({
        labels: { rung },
        value: settings.mode === "act" && settings.rungs[rung].mode === "act" ? 1 : 0,
      })),
  }),
  gauge({
    name: "plimsoll_ladder_rung_threshold_ratio",
    unit: "ratio",
    help: "Used share of allocatable memory from which on the rung is taken",
    labels: ["rung"],
    read: ({ ladder: { settings } }) => ladderRungs.map((rung) => ({ labels: { rung }, value: settings.rungs[rung].usedShare })),
  }),
  gauge({
    name: "plimsoll_napping_containers",
    unit: "",
    help: "Containers that nap",
    read: ({ ladder }) => ladder.napping.length,
  }),
  gauge({
    name: "plimsoll_napping_gave_back_bytes",
    unit: "bytes",
    help: "Memory that those that nap gave back",
    read: ({ ladder }) => ladder.napping.reduce((sum, { gaveBackBytes }) => sum + gaveBackBytes, 0),
  }),
  gauge({
    name: "plimsoll_hibernating_containers",
    unit: "",
    help: "Containers that hibernate",
    read: ({ ladder }) => ladder.hibernating.length,
  }),
  gauge({
    name: "plimsoll_hibernating_gave_back_bytes",
    unit: "bytes",
    help: "Memory and swap that those that hibernate gave back",
    read: ({ ladder }) => ladder.hibernating.reduce((sum, { gaveBackBytes }) => sum + gaveBackBytes, 0),
  }),
  gauge({
    name: "plimsoll_hibernating_disk_bytes",
    unit: "bytes",
    help: "What the processes of those that hibernate take on disk",
    read: ({ ladder }) => ladder.hibernating.reduce((sum, { imageBytes }) => sum + imageBytes, 0),
  }),
]

/** Load line and ladder of the machine that the console runs on. */
export const lineGroup: MetricGroup<OverprovisioningNow> = {
  title: "Load line and ladder",
  labels: ["host"],
  families: [...resourceFamilies, ...decisionFamilies, ...ladderFamilies],
}

/** Events since the console was started, by kind and action. */
export const eventGroup: MetricGroup<ReadonlyMap<string, { kind: string; action: string; count: number }>> = {
  title: "Events",
  labels: [],
  families: [
    counter({
      name: "plimsoll_events_total",
      unit: "",
      help: "Events since the console was started; the ladder's steps, incidents, naps, hibernations, wakes and OOM kills from 0",
      labels: ["kind", "action"],
      read: (counts) => [...counts.values()].map(({ kind, action, count }) => ({ labels: { kind, action }, value: count })),
    }),
  ],
}
