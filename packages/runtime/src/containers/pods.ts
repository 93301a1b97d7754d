import { EngineError } from "../errors.js"
import { type HeldNamespace, holdNamespace } from "../kernel/process-namespace.js"
import { fieldError } from "../spec/check.js"
import type { ContainerSpec } from "../spec/container-spec.js"
import { type ContainerRecord, runOf } from "./container-record.js"
import type { ContainerDirectory } from "./engine-context.js"

type SharedKind = "net" | "pid" | "ipc" | "uts"

/** The specification with other containers named by id, so that renaming one does not tear a pod apart. Throws for what may not be shared. */
export function pinPodMembers(containers: ContainerDirectory, spec: ContainerSpec, tenant: string): ContainerSpec {
  const pin = (field: string, reference: string): string => {
    const target = containers.find(reference)
    // Another tenant's container is as good as none: its existence is not told.
    if (target.tenant !== tenant)
      throw new EngineError("not_found", {
        facts: { field },
        publicMessage: `${field}: there is no container "${reference.slice(0, 128)}".`,
      })
    if ((spec.userNamespace?.kind ?? "private") !== (target.idRange === undefined ? "host" : "private")) {
      throw fieldError(field, "namespaces can be shared only between containers with the same kind of user namespace.")
    }
    return target.id
  }
  const pinned: ContainerSpec = { ...spec }
  if (spec.network?.kind === "container") pinned.network = { kind: "container", container: pin("network", spec.network.container) }
  for (const field of ["pidNamespace", "ipcNamespace", "utsNamespace"] as const) {
    const mode = spec[field]
    if (mode?.kind === "container") pinned[field] = { kind: "container", container: pin(field, mode.container) }
  }
  return pinned
}

/** Which other container's namespaces a container joins; by kind, the id. */
export function podMembers(record: ContainerRecord): Partial<Record<SharedKind, string>> {
  const { spec, resolved } = record
  const members: Partial<Record<SharedKind, string>> = {}
  if (resolved.network.kind === "container") members.net = resolved.network.container
  if (spec.pidNamespace?.kind === "container") members.pid = spec.pidNamespace.container
  if (spec.ipcNamespace?.kind === "container") members.ipc = spec.ipcNamespace.container
  if (spec.utsNamespace?.kind === "container") members.uts = spec.utsNamespace.container
  return members
}

/** Whose links lead to the container: its own, or those of the one whose network namespace it shares; `none`: nobody's, no packet can come. */
export function networkOwner(
  containers: Pick<ContainerDirectory, "get">,
  record: ContainerRecord,
): { kind: "container"; id: string } | { kind: "host" } | { kind: "none" } {
  let owner: ContainerRecord | undefined = record
  for (const seen = new Set<string>(); owner !== undefined && !seen.has(owner.id); ) {
    seen.add(owner.id)
    const { network } = owner.resolved
    if (network.kind === "host") return { kind: "host" }
    if (network.kind !== "container") return { kind: "container", id: owner.id }
    owner = containers.get(network.container)
  }
  return { kind: "none" }
}

/** The namespaces that a container joins, held open: a member that ends meanwhile, and whoever gets its pid then, changes nothing of them. */
export interface PodNamespaces extends Disposable {
  /** Paths that name them until they are disposed. */
  readonly paths: Readonly<Partial<Record<SharedKind | "user", string>>>
}

/** Opens what `podMembers` tells, and the user namespace that these namespaces belong to. Throws `conflict` while a member does not run. */
export function holdPodNamespaces(containers: Pick<ContainerDirectory, "get">, record: ContainerRecord): PodNamespaces {
  const members = Object.entries(podMembers(record)) as [SharedKind, string][]
  const first = members[0]?.[1]
  // Namespaces belong to the user namespace they were made in: who joins them must join it too.
  const wanted: [SharedKind | "user", string][] =
    first === undefined || record.idRange === undefined ? members : [...members, ["user", first]]
  const held: [SharedKind | "user", HeldNamespace][] = []
  const release = (): void => {
    for (const [, namespace] of held.splice(0)) namespace.close()
  }
  try {
    for (const [kind, memberId] of wanted) held.push([kind, holdMember(containers, memberId, kind)])
  } catch (error) {
    release()
    throw error
  }
  return { paths: Object.fromEntries(held.map(([kind, { path }]) => [kind, path])), [Symbol.dispose]: release }
}

function holdMember(containers: Pick<ContainerDirectory, "get">, memberId: string, kind: SharedKind | "user"): HeldNamespace {
  const member = containers.get(memberId)
  const run = member === undefined ? undefined : runOf(member)
  const namespace = run === undefined ? undefined : holdNamespace({ pid: run.pid, startTicks: run.pidStartTicks }, kind)
  if (namespace !== undefined) return namespace
  const shown = member?.name ?? memberId.slice(0, 12)
  throw new EngineError("conflict", {
    facts: { member: memberId, kind },
    publicMessage:
      member === undefined
        ? `The container ${shown}, whose namespaces this one shares, was removed. Create this one anew.`
        : `Start container "${shown}" first: this one shares its namespaces.`,
  })
}
