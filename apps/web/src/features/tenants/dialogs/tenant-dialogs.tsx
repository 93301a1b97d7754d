"use client"
import type { Tenant } from "@plimsoll/server/contract"
import { ChangeTenantDialog } from "./change-tenant-dialog"
import { RemoveTenantDialog } from "./remove-tenant-dialog"
import { SuspendTenantDialog } from "./suspend-tenant-dialog"

/** What is being asked about a tenant. */
export interface TenantDialog {
  kind: "change" | "suspend" | "remove"
  tenant: Tenant
}

/** The dialog that is open. It stands beside the list and not in its row, which may scroll away or change its place meanwhile. */
export function TenantDialogs({ dialog, onClose }: { dialog: TenantDialog | null; onClose: () => void }) {
  switch (dialog?.kind) {
    case "change":
      return <ChangeTenantDialog tenant={dialog.tenant} onClose={onClose} />
    case "suspend":
      return <SuspendTenantDialog tenant={dialog.tenant} onClose={onClose} />
    case "remove":
      return <RemoveTenantDialog tenant={dialog.tenant} onClose={onClose} />
    case undefined:
      return null
  }
}
