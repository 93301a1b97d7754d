"use client"
import type { BulkAction, ContainerRow, HostSummary } from "@plimsoll/server/contract"
import { Activity, Ellipsis, ScrollText, SquareTerminal } from "lucide-react"
import { useTranslations } from "use-intl"
import { IconButton } from "@/components/controls/icon-button"
import { Menu, MenuItem, MenuSeparator } from "@/components/controls/menu"
import { containerHref } from "@/lib/container-href"
import { isAway, lacks } from "@/lib/hosts"
import { useMay } from "@/lib/session"
import { actionHint } from "./action-hint"
import { actionIcons } from "./action-icons"
import { availableActions } from "./available-actions"

interface ContainerMenuProps {
  container: Pick<ContainerRow, "id" | "name" | "state" | "host">
  /** Where it is; unknown for a moment, until the hosts are known. */
  host: HostSummary | undefined
  onAction: (action: BulkAction) => void
}

/** The row's menu: its views first, then what can be done with it now. While its host is away nothing can, and it says so. */
export function ContainerMenu({ container, host, onAction }: ContainerMenuProps) {
  const t = useTranslations("containers")
  const banner = useTranslations("hosts.awayBanner")
  const path = containerHref(container)
  const away = isAway(host)
  const may = useMay()
  const actions = availableActions(container, host, may)
  const running = container.state.status === "running"
  const hintOf = (action: BulkAction) => {
    const hint = actionHint(action, container)
    return hint === null ? undefined : t(`hint.${hint}`)
  }
  return (
    <Menu
      align="end"
      trigger={<IconButton size="sm" label={t("actionsOf", { name: container.name })} icon={<Ellipsis aria-hidden className="size-4" />} />}
    >
      <MenuItem icon={<Activity aria-hidden />} href={path}>
        {t("views.graphs")}
      </MenuItem>
      <MenuItem icon={<ScrollText aria-hidden />} href={`${path}/logs`}>
        {t("views.logs")}
      </MenuItem>
      {running && !away && !lacks(host, "exec") && may("containers.openTerminal") ? (
        <MenuItem icon={<SquareTerminal aria-hidden />} href={`${path}/terminal`}>
          {t("views.terminal")}
        </MenuItem>
      ) : null}
      {actions.length > 0 ? <MenuSeparator /> : null}
      {actions.map((action) => (
        <MenuItem
          key={action}
          icon={actionIcons[action]}
          disabled={away}
          {...(action === actions[0] && { reason: banner("action", { host: host?.name ?? "" }) })}
          danger={action === "remove" || action === "kill"}
          hint={hintOf(action)}
          onClick={() => onAction(action)}
        >
          {t(`actions.${action}`)}
        </MenuItem>
      ))}
    </Menu>
  )
}
