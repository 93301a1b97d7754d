import { OPERATOR_TENANT } from "../spec/check-operator-only.js"

/** The operator's own network; for all others the word means "the tenant's own". */
export const DEFAULT_NETWORK = "bridge"

/** Name of the network that the tenant's containers are in unless they say otherwise: `bridge` for the operator, `acme.bridge` for acme. */
export function defaultNetworkOf(tenant: string): string {
  return tenant === OPERATOR_TENANT ? DEFAULT_NETWORK : `${tenant}${suffix}`
}

/** The tenant whose default network has this name; undefined when it is no such name. */
export function tenantOfDefaultNetwork(name: string): string | undefined {
  if (name === DEFAULT_NETWORK) return OPERATOR_TENANT
  return name.endsWith(suffix) ? name.slice(0, -suffix.length) : undefined
}

const suffix = `.${DEFAULT_NETWORK}`
