/** The address of a tenant's page. */
export function tenantHref(name: string): string {
  return `/tenants/${encodeURIComponent(name)}`
}
