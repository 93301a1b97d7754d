import { OPERATOR_TENANT } from "../spec/check-operator-only.js"
import { TENANT_NAME } from "../spec/names.js"

/** Label that says whose object it is. What has none, or an impossible one, is the operator's: it was made past us. */
export const tenantLabel = "plimsoll.tenant"
/** Host ports that a container has from its creation on, as `80/tcp=0.0.0.0:32768` separated by blanks: a list shows them while it does not run. */
export const portsLabel = "plimsoll.ports"
/** Marks the network that a tenant's containers are in unless they say otherwise. */
export const defaultNetworkLabel = "plimsoll.default-network"
/** Marks a volume that a container's creation made and filled with what the image has there: Docker would fill it again whenever it is empty. */
export const filledLabel = "plimsoll.filled"

type Labels = Record<string, string> | null | undefined

export function tenantOf(labels: Labels): string {
  const tenant = labels?.[tenantLabel]
  return tenant !== undefined && TENANT_NAME.test(tenant) ? tenant : OPERATOR_TENANT
}

/** Without our own. */
export function visibleLabels(labels: Labels): Record<string, string> {
  return Object.fromEntries(Object.entries(labels ?? {}).filter(([name]) => !name.startsWith(ownPrefix)))
}

/** What a caller gave, less names that only we may set, with the tenant's. */
export function ownedLabels(labels: Labels, tenant: string): Record<string, string> {
  return { ...visibleLabels(labels), [tenantLabel]: tenant }
}

const ownPrefix = "plimsoll."
