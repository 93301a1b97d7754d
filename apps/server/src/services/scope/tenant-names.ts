/**
 * Names of volumes and networks are unique in an engine, but each tenant has its own: the engine's name of acme's `data` is `acme.data`. A tenant's
 * name has no dot, so that no two tenants' names meet.
 */
export interface TenantNames {
  /** The engine's name of what the tenant calls so. */
  full(name: string): string
  /** What the tenant calls it. One that was made for the tenant under another name keeps that. */
  shown(name: string): string
}

export function tenantNames(tenant: string): TenantNames {
  const prefix = `${tenant}.`
  return {
    full: (name) => prefix + name,
    shown: (name) => (name.startsWith(prefix) && name.length > prefix.length ? name.slice(prefix.length) : name),
  }
}
