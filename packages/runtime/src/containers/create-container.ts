import { existsSync } from "node:fs"
import { EngineError } from "../errors.js"
import type { ResolvedImage } from "../images/image-store.js"
import { fieldError, quoted } from "../spec/check.js"
import { OPERATOR_TENANT } from "../spec/check-operator-only.js"
import type { ContainerSpec } from "../spec/container-spec.js"
import type { ResourceLimits } from "../spec/limits.js"
import { parseReference } from "../spec/reference.js"
import { validateContainerSpec } from "../spec/validate-container-spec.js"
import type { ContainerRecord } from "./container-record.js"
import { checkDiskSize, refuseWithoutThinDisks } from "./disk-size.js"
import { generateName } from "./generate-name.js"
import { type LifecycleContext, stepDeadlineMs } from "./lifecycle-context.js"
import { pinPodMembers } from "./pods.js"
import { isAnonymousVolume, resolveSpec } from "./resolve-spec.js"
import { type StepRunner, together, withUndo } from "./undo-steps.js"

/** Enough for a busy service, far below what would hurt the host; `pidsMax` overrides it. */
const DEFAULT_PIDS_MAX = 4096

/** See `ContainerApi.create`. The document is the point of commitment: what was made before it and has none is swept at the next start. */
export async function createContainer(context: LifecycleContext, asked: ContainerSpec): Promise<ContainerRecord> {
  validateContainerSpec(asked)
  const id = context.ids.next()
  const tenant = asked.tenant ?? OPERATOR_TENANT
  const name = asked.name ?? generateName(context.ids.next())
  const limits = withDefaults(context, asked.limits ?? {})
  context.cgroups.check(limits)
  if (asked.diskBytes !== undefined) refuseWithoutThinDisks("diskBytes", context.thinDisks)
  if (asked.volumeBytes !== undefined) refuseWithoutThinDisks("volumeBytes", context.thinDisks)
  checkBindSources(asked)
  context.containers.names.claim(tenant, name, id)
  let leased: Awaited<ReturnType<typeof leaseImage>> | undefined
  try {
    const spec = pinPodMembers(context.containers, { ...asked, name, tenant }, tenant)
    // From here on its layers stay, whatever is removed or collected meanwhile.
    leased = await leaseImage(context, spec.image)
    const { image } = leased
    const resolved = resolveSpec({ id, spec, image, ociRuntime: chooseRuntime(context, spec.ociRuntime) })
    const owner = await context.tenants.ensure(tenant)
    const draft: ContainerRecord = {
      version: 1,
      id,
      name,
      tenant,
      createdAt: context.clock.now(),
      spec,
      image: { id: image.id, reference: image.reference, diffIds: image.diffIds },
      resolved,
      limits,
      idRange: spec.userNamespace?.kind === "host" || spec.privileged === true ? undefined : owner.idRange,
      connections: [],
      ports: [],
      state: { status: "created" },
      restartCount: 0,
      restartStreak: 0,
      health: { status: "none", log: [] },
      execs: {},
      limitsInDoubt: false,
      eventSequence: 0,
      outbox: [],
    }
    return await context.containers.whileCreating(id, image.id, () =>
      withUndo(context.report, (runner) => makeContainer(context, runner, draft)),
    )
  } catch (error) {
    context.containers.names.release(tenant, name, id)
    throw error
  } finally {
    leased?.release()
  }
}

async function makeContainer(context: LifecycleContext, runner: StepRunner, draft: ContainerRecord): Promise<ContainerRecord> {
  const { network, snapshots, containers, volumes } = context
  const { id, resolved } = draft
  const [, leased] = await together([
    runner.step({
      name: "snapshot",
      deadlineMs: stepDeadlineMs.snapshot,
      run: () =>
        snapshots.prepare(id, [...draft.image.diffIds], {
          diskBytes: draft.spec.diskBytes === undefined ? undefined : checkDiskSize("diskBytes", draft.spec.diskBytes),
        }),
      undo: () => snapshots.remove(id),
    }),
    runner.step({
      name: "address and ports",
      deadlineMs: stepDeadlineMs.network,
      run: () => lease(context, draft),
      undo: () => network.release(id),
    }),
    runner.step({
      name: "volumes",
      deadlineMs: stepDeadlineMs.volumes,
      run: () => ensureVolumes(context, draft),
      undo: () => volumes.removeAnonymous(id),
    }),
  ])
  return runner.step({
    name: "document",
    deadlineMs: stepDeadlineMs.files,
    run: () => containers.insert({ ...draft, ...leased, resolved: { ...resolved } }, [{ action: "create" }]),
  })
}

async function lease(
  { network }: LifecycleContext,
  { id, tenant, resolved }: ContainerRecord,
): Promise<Pick<ContainerRecord, "connections" | "ports">> {
  const mode = resolved.network
  if (mode.kind !== "network") return { connections: [], ports: [] }
  const attachment = await network.reserve({
    containerId: id,
    tenant,
    network: mode.network,
    ...(mode.address === undefined ? {} : { address: mode.address }),
  })
  const ports = resolved.ports.length === 0 ? [] : await network.reservePorts(id, resolved.ports)
  return { connections: [{ attachment, aliases: mode.aliases ?? [] }], ports }
}

/** Named volumes exist from create on; a volume that this create made stays when it fails, as it would have in two steps. */
async function ensureVolumes({ volumes }: LifecycleContext, { id, tenant, idRange, resolved, spec }: ContainerRecord): Promise<void> {
  const sizeBytes = spec.volumeBytes === undefined ? {} : { sizeBytes: checkDiskSize("volumeBytes", spec.volumeBytes) }
  for (const mount of resolved.mounts) {
    if (mount.kind !== "volume") continue
    const anonymousFor = isAnonymousVolume(id, mount.volume) ? { anonymousFor: id } : {}
    await volumes.ensure({ name: mount.volume, tenant, idRange, ...sizeBytes, ...anonymousFor })
  }
}

function chooseRuntime({ ociRuntimes }: LifecycleContext, asked: string | undefined): string {
  const chosen = ociRuntimes.find(({ name, works }) => (asked === undefined ? works : name === asked))
  if (chosen?.works === true) return chosen.name
  const working = ociRuntimes.filter(({ works }) => works).map(({ name }) => name)
  const reason = chosen?.remark ?? "it is not installed"
  throw fieldError(
    "ociRuntime",
    `${asked ?? "none"} does not work on this host: ${reason}. Use ${working.join(" or ")}, or leave the choice to the engine.`,
    "unsupported",
  )
}

function checkBindSources({ mounts = [] }: ContainerSpec): void {
  for (const mount of mounts) {
    if (mount.kind === "bind" && !existsSync(mount.source))
      throw fieldError("mounts.source", `${quoted(mount.source)} does not exist on the host. Make it first.`)
  }
}

async function leaseImage({ images }: LifecycleContext, reference: string): Promise<{ image: ResolvedImage; release(): void }> {
  const leased = await images.lease(reference)
  if (leased !== undefined) return leased
  // Tells a typing error from an image that is not here.
  if (!/^sha256:[0-9a-f]+$/.test(reference)) parseReference(reference)
  const shown = reference.slice(0, 200)
  throw new EngineError("image_not_found", {
    facts: { reference: shown },
    publicMessage: `The image "${shown}" is not on this host. Load or import it first, or choose one from the list of images.`,
  })
}

function withDefaults({ cgroups }: LifecycleContext, limits: ResourceLimits): ResourceLimits {
  if (limits.pidsMax !== undefined || cgroups.enforceableLimits().pidsMax?.enforceable === false) return limits
  return { pidsMax: DEFAULT_PIDS_MAX, ...limits }
}
