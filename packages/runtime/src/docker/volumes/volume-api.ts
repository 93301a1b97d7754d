import type { VolumeApi, VolumeSummary } from "../../engine.js"
import { EngineError } from "../../errors.js"
import { OPERATOR_TENANT } from "../../spec/check-operator-only.js"
import { checkObjectName, checkTenantName } from "../../spec/names.js"
import { listRows } from "../containers/find-container.js"
import { pathOf } from "../docker-client.js"
import type { DockerContext } from "../docker-context.js"
import { tenantOf, visibleLabels } from "../labels.js"
import { parseTime } from "../times.js"
import type { WireContainerRow, WireVolume } from "../wire.js"
import { ensureVolume, findVolume } from "./ensure-volumes.js"

export function volumeApi(context: DockerContext): VolumeApi {
  const inspect = async (name: string): Promise<VolumeSummary> => {
    checkObjectName("volume", name)
    const [volume, rows] = await Promise.all([findVolume(context, name), listRows(context, { volume: [name] })])
    return summarise(volume, { rows, usedBytes: await usedBytes(context, volume) })
  }
  return {
    inspect,
    list: async ({ tenant } = {}) => {
      const about = { kind: "engine", doing: "list its volumes" } as const
      const [{ Volumes }, rows] = await Promise.all([
        context.client.json<{ Volumes?: WireVolume[] | null }>({ method: "GET", path: "/volumes", about }),
        listRows(context),
      ])
      const wanted = (Volumes ?? []).filter(({ Labels }) => tenant === undefined || tenantOf(Labels) === tenant)
      return wanted.map((volume) => summarise(volume, { rows, usedBytes: -1 }))
    },
    create: async ({ name, tenant = OPERATOR_TENANT, labels, sizeBytes }) => {
      if (sizeBytes !== undefined) throw noLimits(name)
      checkObjectName("name", name)
      checkTenantName("tenant", tenant)
      await ensureVolume(context, { name, tenant, ...(labels === undefined ? {} : { labels }) })
      return inspect(name)
    },
    resize: async (name) => {
      throw noLimits(name)
    },
    compact: async (name) => {
      throw noLimits(name)
    },
    remove: async (name, options = {}) => {
      checkObjectName("volume", name)
      await context.client.json({
        method: "DELETE",
        path: `/volumes${pathOf(name)}`,
        query: { force: options.force },
        about: { kind: "volume", name, doing: "remove it" },
      })
    },
  }
}

function noLimits(name: string): EngineError {
  return new EngineError("unsupported", {
    facts: { volume: name.slice(0, 200) },
    publicMessage:
      "Docker's volumes are directories of its host's disk, without a limit. Make the volume without a size, or use the embedded engine.",
  })
}

function summarise(volume: WireVolume, known: { rows: readonly WireContainerRow[]; usedBytes: number }): VolumeSummary {
  const users = known.rows.filter((row) => row.Mounts?.some((mount) => mount.Type === "volume" && mount.Name === volume.Name))
  return {
    name: volume.Name,
    tenant: tenantOf(volume.Labels),
    createdAt: parseTime(volume.CreatedAt) ?? 0,
    hostPath: volume.Mountpoint ?? "",
    labels: visibleLabels(volume.Labels),
    limit: { kind: "none" },
    usedBytes: known.usedBytes,
    usedBy: users.map((row) => row.Id),
  }
}

// Docker measures all its volumes to tell of one; an engine on this host is measured where it lies.
async function usedBytes({ client, daemon }: DockerContext, { Name, Mountpoint }: WireVolume): Promise<number> {
  const { kernel } = await daemon.facts()
  if (kernel !== undefined && Mountpoint !== undefined) {
    const measured = await kernel.usedBytes(Mountpoint)
    if (measured >= 0) return measured
  }
  const about = { kind: "engine", doing: "measure its volumes" } as const
  const { Volumes } = await client.json<{ Volumes?: WireVolume[] | null }>({
    method: "GET",
    path: "/system/df",
    query: { type: "volume" },
    about,
  })
  return Volumes?.find((volume) => volume.Name === Name)?.UsageData?.Size ?? -1
}
