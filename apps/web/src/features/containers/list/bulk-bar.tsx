"use client"
import type { BulkAction, ContainerRow } from "@plimsoll/server/contract"
import { X } from "lucide-react"
import { useTranslations } from "use-intl"
import { Button } from "@/components/controls/button"
import { IconButton } from "@/components/controls/icon-button"
import { isAway } from "@/lib/hosts"
import { useHosts } from "@/lib/live"
import { useMay } from "@/lib/session"
import { actionHint } from "../actions/action-hint"
import { actionIcons } from "../actions/action-icons"
import { availableActions } from "../actions/available-actions"

const shown: BulkAction[] = ["start", "stop", "restart", "pause", "resume", "nap", "hibernate", "wake", "kill", "remove"]

interface BulkBarProps {
  rows: ContainerRow[]
  onAction: (action: BulkAction, rows: ContainerRow[]) => void
  onClear: () => void
}

/** What can be done with the chosen rows; each button says for how many of them it applies. Rows of hosts that are away are left out. */
export function BulkBar({ rows, onAction, onClear }: BulkBarProps) {
  const t = useTranslations("containers")
  const { byId } = useHosts()
  const may = useMay()
  const reachable = rows.filter((row) => !isAway(byId.get(row.host)))
  return (
    <div
      role="toolbar"
      aria-label={t("bulk.label")}
      className="flex flex-wrap items-center gap-1.5 rounded-panel border border-line bg-raised px-3 py-2 shadow-pop"
    >
      <span className="mr-2 font-medium">{t("bulk.selected", { count: rows.length })}</span>
      {shown.map((action) => {
        const able = reachable.filter((row) => availableActions(row, byId.get(row.host), may).includes(action))
        if (able.length === 0) return null
        const hint = able.map((row) => actionHint(action, row)).find((each) => each !== null)
        return (
          <Button
            key={action}
            size="sm"
            variant={action === "remove" ? "danger" : "default"}
            icon={actionIcons[action]}
            {...(hint && { title: t(`bulk.${hint}`) })}
            onClick={() => onAction(action, able)}
          >
            {t(`actions.${action}`)}
            {able.length < rows.length ? <span className="text-mute">{able.length}</span> : null}
          </Button>
        )
      })}
      {reachable.length < rows.length ? (
        <span className="text-mute text-sm">{t("bulk.away", { count: rows.length - reachable.length })}</span>
      ) : null}
      <IconButton size="sm" className="ml-auto" label={t("bulk.clear")} icon={<X aria-hidden className="size-4" />} onClick={onClear} />
    </div>
  )
}
