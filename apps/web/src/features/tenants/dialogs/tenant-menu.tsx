"use client"
import type { Tenant } from "@plimsoll/server/contract"
import { Box, Download, Ellipsis, Eye, PanelRight, Pause, Pencil, Play, SquarePen, Trash2, Undo2 } from "lucide-react"
import { useTranslations } from "use-intl"
import { IconButton } from "@/components/controls/icon-button"
import { Menu, MenuItem, MenuSeparator } from "@/components/controls/menu"
import { useMay } from "@/lib/session"
import { tenantHref } from "../tenant-href"
import type { TenantDialog } from "./tenant-dialogs"
import { useTenantActions } from "./use-tenant-actions"

interface TenantMenuProps {
  tenant: Tenant
  onDialog: (dialog: TenantDialog) => void
  /** It stands on the tenant's own page, which need not be opened. */
  onPage?: boolean
}

/** What can be done with a tenant. One that only the engine knows has no account yet: a plan makes it one. */
export function TenantMenu({ tenant, onDialog, onPage = false }: TenantMenuProps) {
  const t = useTranslations("tenants.menu")
  const mayChange = useMay()("tenants.change")
  const actions = useTenantActions(tenant)
  const { name, status } = tenant
  const known = tenant.createdAt !== null
  return (
    <Menu align="end" trigger={<IconButton size="sm" label={t("label", { name })} icon={<Ellipsis aria-hidden className="size-4" />} />}>
      {onPage ? null : (
        <MenuItem icon={<PanelRight aria-hidden />} href={tenantHref(name)}>
          {t("open")}
        </MenuItem>
      )}
      <MenuItem icon={<Box aria-hidden />} href={`/containers?tenant=${encodeURIComponent(name)}`}>
        {t("containers")}
      </MenuItem>
      <MenuItem icon={<Download aria-hidden />} onClick={actions.export}>
        {t("export")}
      </MenuItem>
      {mayChange ? (
        <>
          <MenuSeparator />
          <MenuItem icon={<Eye aria-hidden />} onClick={() => actions.lookAs(false)}>
            {t("lookAs")}
          </MenuItem>
          <MenuItem icon={<SquarePen aria-hidden />} onClick={() => actions.lookAs(true)}>
            {t("lookAsWrite")}
          </MenuItem>
          <MenuSeparator />
          {known ? (
            <MenuItem icon={<Pencil aria-hidden />} onClick={() => onDialog({ kind: "change", tenant })}>
              {t("change")}
            </MenuItem>
          ) : (
            <MenuItem icon={<Pencil aria-hidden />} href={`/tenants?create=${encodeURIComponent(name)}`}>
              {t("givePlan")}
            </MenuItem>
          )}
          {status === "active" && known ? (
            <MenuItem icon={<Pause aria-hidden />} onClick={() => onDialog({ kind: "suspend", tenant })}>
              {t("suspend")}
            </MenuItem>
          ) : null}
          {status === "suspended" ? (
            <MenuItem icon={<Play aria-hidden />} onClick={actions.resume}>
              {t("resume")}
            </MenuItem>
          ) : null}
          {status === "leaving" ? (
            <MenuItem icon={<Undo2 aria-hidden />} onClick={actions.keep}>
              {t("keep")}
            </MenuItem>
          ) : null}
          {known && status !== "leaving" ? (
            <MenuItem icon={<Trash2 aria-hidden />} danger onClick={() => onDialog({ kind: "remove", tenant })}>
              {t("remove")}
            </MenuItem>
          ) : null}
        </>
      ) : null}
    </Menu>
  )
}
