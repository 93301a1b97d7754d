import type { ContainerEngine, ContainerSpec, ContainerSummary, VolumeSummary } from "@plimsoll/runtime"
import { type Amounts, type Promised, promiseGrowth, sumPromised } from "../overprovisioning/amounts.js"
import type { Growth } from "../overprovisioning/sale-desk.js"
import { guaranteedByLimits, soldByLimits } from "../overprovisioning/sales.js"
import { OPERATOR_TENANT } from "./admission-desk.js"
import { countNewVolumes } from "./admit-container.js"
import { type VolumesOfImage, volumesOfImage } from "./volumes-of-image.js"

type Limits = ContainerSummary["limits"]

/** A new container that belongs to no plan, with its disk and the volumes that are made with it. */
export function growthOfSpec(engine: ContainerEngine, spec: ContainerSpec, volumesOf: VolumesOfImage = volumesOfImage): Growth {
  return {
    subject: { id: spec.name ?? "", name: spec.name ?? "a new container", tenant: spec.tenant ?? OPERATOR_TENANT },
    added: async () =>
      sumPromised([promisedByLimits(spec.limits ?? {}, spec.diskBytes), { sold: { disk: await newVolumeBytes(engine, spec, volumesOf) } }]),
  }
}

/** Other limits for a container that belongs to no plan. A limit that is lifted promises nothing any more. */
export function growthOfLimits(
  engine: ContainerEngine,
  row: ContainerSummary,
  change: { [K in keyof Limits]?: Limits[K] | null | undefined },
): Growth {
  const grown: (keyof Limits)[] = ["memoryMaxBytes", "cpuMaxCores", "pidsMax", "memoryMinBytes", "memoryLowBytes"]
  const given = Object.fromEntries(grown.flatMap((name) => (typeof change[name] === "number" ? [[name, change[name]]] : [])))
  return {
    subject: subjectOf(row),
    added: async () => {
      const before = (await presentRow(engine, row)).limits
      return promiseGrowth(sumPromised([promisedByLimits(before)]), sumPromised([promisedByLimits({ ...before, ...given })]))
    },
  }
}

export function growthOfDisk(engine: ContainerEngine, row: ContainerSummary, sizeBytes: number): Growth {
  return {
    subject: subjectOf(row),
    added: async () => diskGrowth((await presentRow(engine, row)).diskBytes ?? 0, sizeBytes),
  }
}

/** A volume that is there already is not made again. */
export function growthOfVolume(
  engine: ContainerEngine,
  { name, tenant = OPERATOR_TENANT, sizeBytes = 0 }: { name: string; tenant?: string; sizeBytes?: number },
  how: "create" | "resize" = "create",
): Growth {
  return {
    subject: { id: name, name, tenant },
    added: async () => {
      const present = sizeBytes === 0 ? undefined : (await engine.volumes.list()).find((volume) => volume.name === name)
      const wanted = how === "create" && present !== undefined ? 0 : sizeBytes
      return diskGrowth(sizeOf(present), wanted)
    },
  }
}

async function newVolumeBytes(engine: ContainerEngine, spec: ContainerSpec, volumesOf: VolumesOfImage): Promise<number> {
  if (spec.volumeBytes === undefined) return 0
  const present = new Set((await engine.volumes.list()).map(({ name }) => name))
  return spec.volumeBytes * countNewVolumes(spec, { present, ofImage: await volumesOf(engine, spec.image) })
}

async function presentRow(engine: ContainerEngine, row: ContainerSummary): Promise<ContainerSummary> {
  return (await engine.containers.list()).find(({ id }) => id === row.id) ?? row
}

function subjectOf({ id, name, tenant }: ContainerSummary): Growth["subject"] {
  return { id, name, tenant }
}

function promisedByLimits(limits: Limits, diskBytes?: number): { [K in keyof Promised]: Partial<Amounts> } {
  return { sold: soldByLimits(limits, diskBytes), guaranteed: guaranteedByLimits(limits) }
}

function diskGrowth(before: number, after: number): Promised {
  return promiseGrowth(sumPromised([{ sold: { disk: before } }]), sumPromised([{ sold: { disk: after } }]))
}

function sizeOf(volume: VolumeSummary | undefined): number {
  return volume?.limit.kind === "disk" ? volume.limit.sizeBytes : 0
}
