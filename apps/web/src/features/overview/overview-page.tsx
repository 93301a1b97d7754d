"use client"
import { useMe } from "@/lib/session"
import { MachineOverview } from "./machine-overview"
import { TenantOverview } from "./tenant/tenant-overview"

/** Where one begins: the provider with the machine, a tenant with what it bought. */
export function OverviewPage() {
  const me = useMe()
  if (me === undefined) return null
  return me.tenant === null ? <MachineOverview /> : <TenantOverview name={me.tenant} />
}
