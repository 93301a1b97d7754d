"use client"
import { type HostSummary, localHost } from "@plimsoll/server/contract"
import { Cable, Ellipsis, Pencil, Trash2 } from "lucide-react"
import { useState } from "react"
import { useTranslations } from "use-intl"
import { IconButton } from "@/components/controls/icon-button"
import { Menu, MenuItem, MenuSeparator } from "@/components/controls/menu"
import { useMay } from "@/lib/session"
import { ChangeEndpointDialog } from "./change-endpoint-dialog"
import { RemoveHostDialog } from "./remove-host-dialog"
import { RenameHostDialog } from "./rename-host-dialog"

/** What can be done with a host as the console knows it. This machine is always there as it is: nothing. */
export function HostMenu({ host, onRemoved = () => undefined }: { host: HostSummary; onRemoved?: () => void }) {
  const t = useTranslations("hosts")
  const [dialog, setDialog] = useState<"rename" | "endpoint" | "remove">()
  const may = useMay()
  if (host.id === localHost || !may("hosts.change")) return null
  const close = () => setDialog(undefined)
  return (
    <>
      <Menu
        align="end"
        trigger={<IconButton size="sm" label={t("actionsOf", { name: host.name })} icon={<Ellipsis aria-hidden className="size-4" />} />}
      >
        <MenuItem icon={<Pencil aria-hidden />} onClick={() => setDialog("rename")}>
          {t("renameMenu")}
        </MenuItem>
        <MenuItem icon={<Cable aria-hidden />} onClick={() => setDialog("endpoint")}>
          {t("endpointMenu")}
        </MenuItem>
        <MenuSeparator />
        <MenuItem icon={<Trash2 aria-hidden />} danger onClick={() => setDialog("remove")}>
          {t("removeMenu")}
        </MenuItem>
      </Menu>
      {dialog === "rename" ? <RenameHostDialog host={host} onClose={close} /> : null}
      {dialog === "endpoint" ? <ChangeEndpointDialog host={host} onClose={close} /> : null}
      {dialog === "remove" ? <RemoveHostDialog host={host} onClose={close} onRemoved={onRemoved} /> : null}
    </>
  )
}
