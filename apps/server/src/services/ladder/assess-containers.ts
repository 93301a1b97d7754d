import type { ContainerRow } from "../../contract/containers.js"
import { type LadderSettings, ladderLabels } from "../../contract/overprovisioning.js"
import type { Sample } from "../live/sampler.js"
import type { TenantBook } from "../tenants/tenant-book.js"
import type { IdleClocks } from "./idle-clocks.js"
import type { Subject } from "./subject.js"

const USUAL_CPU_WEIGHT = 100

export interface Assessed {
  rows: ReadonlyMap<string, ContainerRow>
  samples: ReadonlyMap<string, Sample>
  book: Pick<TenantBook, "get">
  idle: Pick<IdleClocks, "quietForMs">
  settings: Pick<LadderSettings, "exemptTenants">
  /** Monotonic. */
  at: number
}

/** All containers that have processes, with what may be taken from each. One without a sample is left out: nobody knows what it takes. Pure. */
export function assessContainers({ rows, samples, book, idle, settings, at }: Assessed): Subject[] {
  const exemptTenants = new Set(settings.exemptTenants)
  const present = [...rows.values()].flatMap((row) => {
    const sample = samples.get(row.id)
    const state = stateOf(row)
    return sample === undefined || state === null ? [] : [{ row, state, sample, residentBytes: residentOf(sample) }]
  })
  const residentByTenant = new Map<string, number>()
  for (const { row, residentBytes } of present) residentByTenant.set(row.tenant, (residentByTenant.get(row.tenant) ?? 0) + residentBytes)

  return present.map(({ row, state, sample, residentBytes }) => {
    const terms = book.get(row.tenant)?.plan.terms
    const guaranteedBytes = terms?.memoryGuaranteedBytes ?? 0
    const residentOfTenant = residentByTenant.get(row.tenant) ?? 0
    const ofTenant = share(guaranteedBytes, residentOfTenant)
    const ofItself = share(Math.max(row.limits.memoryMinBytes ?? 0, row.limits.memoryLowBytes ?? 0), residentBytes)
    const guaranteedShare = Math.max(ofTenant, ofItself)
    return {
      id: row.id,
      name: row.name,
      tenant: row.tenant,
      state,
      labels: row.labels,
      limits: row.limits,
      residentBytes,
      swappedBytes: sample.stats.memory.swapBytes,
      floorBytes: Math.ceil(residentBytes * Math.min(1, guaranteedShare)),
      guaranteedShare,
      tenantExcessBytes: Math.max(0, residentOfTenant - guaranteedBytes),
      spared: exemptTenants.has(row.tenant)
        ? "tenant"
        : row.labels[ladderLabels.exempt] === "exempt"
          ? "label"
          : guaranteedShare >= 1
            ? "guaranteed"
            : null,
      isBestEffort: terms === undefined && row.limits.memoryMaxBytes === undefined,
      cpuWeight: row.limits.cpuWeight ?? terms?.cpuWeight ?? USUAL_CPU_WEIGHT,
      quietForMs: idle.quietForMs(row.id, at),
      majorFaults: sample.stats.memory.majorFaults,
      memoryStall: sample.stats.pressure?.memory?.some.avg10 ?? null,
    }
  })
}

function stateOf({ state, nap }: ContainerRow): Subject["state"] | null {
  if (nap !== undefined) return "napping"
  return state.status === "running" || state.status === "paused" ? state.status : null
}

function residentOf({ stats: { memory } }: Sample): number {
  return Math.max(0, memory.usedBytes - memory.swapBytes)
}

/** Nothing that takes nothing has all that was guaranteed to it. */
function share(guaranteedBytes: number, residentBytes: number): number {
  if (guaranteedBytes <= 0) return 0
  return residentBytes <= 0 ? Number.POSITIVE_INFINITY : guaranteedBytes / residentBytes
}
