import { type ContainerEngine, type ContainerSpec, type EngineInfo, validateContainerSpec } from "@plimsoll/runtime"
import type { BookedTenant } from "../tenants/tenant-book.js"
import { defaultDiskBytes } from "./default-disk.js"
import { notPermitted, requireCount, requireDisk, requireSingles } from "./refusals.js"
import { countPublicPorts, listObjects, noUsage, usageByTenant } from "./tenant-usage.js"
import { type VolumesOfImage, volumesOfImage } from "./volumes-of-image.js"

/**
 * The specification as the tenant's plan lets it through: disks that nobody gave a size have one where the plan bounds their sum. Rejects with
 * `permission_denied` for what no tenant may have, and `quota_exceeded`. What a tenant may never have, the engine's own check says.
 */
export async function admitContainer(
  engine: ContainerEngine,
  tenant: BookedTenant,
  spec: ContainerSpec,
  volumesOf: VolumesOfImage = volumesOfImage,
): Promise<ContainerSpec> {
  validateContainerSpec(spec)
  const [info, objects] = await Promise.all([engine.info(), listObjects(engine, tenant.name)])
  requirePermittedRuntime(tenant, spec, info)
  requireSingles(tenant, spec.limits ?? {})
  const used = usageByTenant(objects).get(tenant.name) ?? noUsage()
  requireCount(tenant, "containers", { used: used.containers, wanted: 1 })
  requireCount(tenant, "publicPorts", { used: used.publicPorts, wanted: countPublicPorts(spec.ports ?? []) })
  const present = new Set(objects.volumes.map(({ name }) => name))
  const volumes = countNewVolumes(spec, { present, ofImage: await volumesOf(engine, spec.image) })
  requireCount(tenant, "volumes", { used: used.volumes, wanted: volumes })
  return withDisks(tenant, spec, { volumes, used: used.promisedDiskBytes, info })
}

function withDisks(
  tenant: BookedTenant,
  spec: ContainerSpec,
  { volumes, used, info }: { volumes: number; used: number; info: EngineInfo },
): ContainerSpec {
  const bounded = tenant.plan.terms.diskBytes > 0
  const needsDisk = bounded && spec.diskBytes === undefined && info.features.includes("disk-limits")
  const needsVolumes = bounded && spec.volumeBytes === undefined && info.features.includes("volume-limits")
  const asked = (spec.diskBytes ?? 0) + volumes * (spec.volumeBytes ?? 0)
  requireDisk(tenant, { used, wanted: asked })
  const count = (needsDisk ? 1 : 0) + (needsVolumes ? volumes : 0)
  if (count === 0) return spec
  const bytes = defaultDiskBytes(tenant, { count, used: used + asked })
  return { ...spec, ...(needsDisk && { diskBytes: bytes }), ...(needsVolumes && volumes > 0 && { volumeBytes: bytes }) }
}

/** Volumes that making the container makes: the named ones that are not there, and one for each `VOLUME` of the image that nothing is mounted over. */
export function countNewVolumes(
  { mounts = [] }: ContainerSpec,
  { present, ofImage }: { present: ReadonlySet<string>; ofImage: readonly string[] },
): number {
  const named = new Set(mounts.flatMap((mount) => (mount.kind === "volume" && !present.has(mount.volume) ? [mount.volume] : [])))
  const targets = new Set(mounts.map(({ target }) => trimSlash(target)))
  const anonymous = ofImage.filter((target) => trimSlash(target) !== "" && !targets.has(trimSlash(target)))
  return named.size + anonymous.length
}

function requirePermittedRuntime(tenant: BookedTenant, { ociRuntime }: ContainerSpec, { ociRuntimes }: EngineInfo): void {
  const usual = ociRuntimes.find(({ works }) => works)?.name
  if (ociRuntime === undefined || ociRuntime === usual || tenant.plan.terms.ociRuntimes.includes(ociRuntime)) return
  const permitted = [...new Set([...(usual === undefined ? [] : [usual]), ...tenant.plan.terms.ociRuntimes])]
  throw notPermitted(tenant, `the OCI runtime ${ociRuntime}. It permits ${permitted.join(", ") || "the default one only"}.`)
}

function trimSlash(path: string): string {
  return path.replace(/\/+$/, "")
}
