import { EngineError, isEngineError } from "../../errors.js"
import type { MountSpec } from "../../spec/container-spec.js"
import { pathOf } from "../docker-client.js"
import type { DockerContext } from "../docker-context.js"
import { filledLabel, ownedLabels, tenantOf } from "../labels.js"
import type { WireVolume } from "../wire.js"

/** The volumes that a container mounts: which were made for it just now, and which must not be filled from the image again. */
export interface EnsuredVolumes {
  made: string[]
  filled: ReadonlySet<string>
}

/** Makes the named volumes that a container mounts, or sees that they are its tenant's. Nothing of it stays when one cannot be had. */
export async function ensureVolumes(
  context: DockerContext,
  options: { mounts: readonly MountSpec[]; tenant: string },
): Promise<EnsuredVolumes> {
  const made: string[] = []
  const filled = new Set<string>()
  try {
    for (const name of new Set(options.mounts.flatMap((mount) => (mount.kind === "volume" ? [mount.volume] : [])))) {
      const before = await findVolumeIfThere(context, name)
      if (before === undefined) {
        await makeVolume(context, { name, labels: { ...ownedLabels({}, options.tenant), [filledLabel]: "1" } })
        made.push(name)
      } else {
        assertOwned(before, options.tenant)
        if (before.Labels?.[filledLabel] !== undefined) filled.add(name)
      }
    }
    return { made, filled }
  } catch (error) {
    await removeVolumes(context, made)
    throw error
  }
}

export async function removeVolumes({ client }: Pick<DockerContext, "client">, names: readonly string[]): Promise<void> {
  for (const name of names)
    await client.json({
      method: "DELETE",
      path: `/volumes${pathOf(name)}`,
      query: { force: true },
      about: { kind: "volume", name, doing: "remove it" },
    })
}

/** Idempotent for the same tenant. Rejects with `name_in_use` when it is another's. */
export async function ensureVolume(
  context: Pick<DockerContext, "client">,
  { name, tenant, labels }: { name: string; tenant: string; labels?: Record<string, string> },
): Promise<void> {
  assertOwned(
    (await findVolumeIfThere(context, name)) ?? (await makeVolume(context, { name, labels: ownedLabels(labels, tenant) })),
    tenant,
  )
}

function makeVolume(
  { client }: Pick<DockerContext, "client">,
  { name, labels }: { name: string; labels: Record<string, string> },
): Promise<WireVolume> {
  return client.json<WireVolume>({
    method: "POST",
    path: "/volumes/create",
    body: { Name: name, Labels: labels },
    about: { kind: "volume", name, doing: "make it" },
  })
}

function assertOwned(volume: WireVolume, tenant: string): void {
  if (tenantOf(volume.Labels) === tenant) return
  throw new EngineError("name_in_use", {
    facts: { volume: volume.Name, tenant },
    publicMessage: `The name "${volume.Name}" is taken. Choose another for the volume.`,
  })
}

export function findVolume({ client }: Pick<DockerContext, "client">, name: string): Promise<WireVolume> {
  return client.json<WireVolume>({ method: "GET", path: `/volumes${pathOf(name)}`, about: { kind: "volume", name, doing: "find it" } })
}

async function findVolumeIfThere(context: Pick<DockerContext, "client">, name: string): Promise<WireVolume | undefined> {
  try {
    return await findVolume(context, name)
  } catch (error) {
    if (isEngineError(error, "not_found")) return undefined
    throw error
  }
}
