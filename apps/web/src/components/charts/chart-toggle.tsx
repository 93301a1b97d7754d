"use client"
import { ChartLine, TableProperties } from "lucide-react"
import { useTranslations } from "use-intl"
import { IconButton } from "@/components/controls/icon-button"

/** Between the chart and its table. Quiet until the chart is hovered or focused; always there for the keyboard. */
export function ChartToggle({ asTable, onToggle }: { asTable: boolean; onToggle: () => void }) {
  const t = useTranslations("controls")
  return (
    <IconButton
      size="sm"
      label={asTable ? t("asChart") : t("asTable")}
      icon={asTable ? <ChartLine aria-hidden className="size-3.5" /> : <TableProperties aria-hidden className="size-3.5" />}
      onClick={onToggle}
      className="opacity-0 focus-visible:opacity-100 group-hover:opacity-100 pointer-coarse:opacity-100"
    />
  )
}
