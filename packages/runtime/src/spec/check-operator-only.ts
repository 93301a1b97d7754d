import { defaultCapabilities, parseCapability } from "./capabilities.js"
import { fieldError } from "./check.js"
import type { ContainerSpec } from "./container-spec.js"

/** The provider's own tenant: only its containers may reach the host. */
export const OPERATOR_TENANT = "operator"

/**
 * No host path, no host namespace and no privilege for a tenant, ever. Throws `permission_denied` naming the field. Who may
 * create containers of the operator's own is decided by whoever calls the engine.
 */
export function checkOperatorOnly(spec: ContainerSpec): void {
  if ((spec.tenant ?? OPERATOR_TENANT) === OPERATOR_TENANT) return
  if (spec.privileged === true) throw refused("privileged", "Privileged containers reach the whole host")
  if (spec.network?.kind === "host") throw refused("network", "The host's network belongs to the operator")
  if (spec.userNamespace?.kind === "host") throw refused("userNamespace", "Without a user namespace the container's root is the host's")
  for (const field of ["pidNamespace", "ipcNamespace", "utsNamespace"] as const) {
    if (spec[field]?.kind === "host") throw refused(field, "The host's namespaces belong to the operator")
  }
  if (spec.mounts?.some((mount) => mount.kind === "bind") === true)
    throw refused("mounts", "Paths of the host belong to the operator; use a volume")
  if (spec.seccomp !== undefined && spec.seccomp !== "default")
    throw refused("seccomp", "A profile of one's own could allow what the default denies")
  // The real-time scheduler knows no CPU limit of a cgroup: one such process takes what all the others bought.
  if (spec.ulimits?.some(({ name, hard }) => name === "rtprio" && hard > 0) === true)
    throw refused("ulimits", "Real-time priorities are stronger than every CPU limit")
  if (spec.noNewPrivileges === false) throw refused("noNewPrivileges", "Programs that raise privileges stay off")
  const more = (spec.capabilitiesAdd ?? []).map(parseCapability).find((name) => !defaultCapabilities.includes(name))
  if (more !== undefined) throw refused("capabilitiesAdd", `${more} is more than the default set`)
}

function refused(field: string, reason: string): Error {
  return fieldError(field, `${reason}, so that only containers of tenant "${OPERATOR_TENANT}" may have it.`, "permission_denied")
}
