"use client"
import { exportFormats } from "@plimsoll/server/contract"
import { Download } from "lucide-react"
import { useTranslations } from "use-intl"
import { Button } from "@/components/controls/button"
import { Menu, MenuItem } from "@/components/controls/menu"
import { exportHref } from "./export-href"
import type { EventFilterState } from "./use-event-filter"

/** All that the filter lets through, as a file. */
export function ExportMenu({ query, filter }: Pick<EventFilterState, "query" | "filter">) {
  const t = useTranslations("audit")
  return (
    <Menu align="end" trigger={<Button icon={<Download aria-hidden className="size-3.5" />}>{t("download")}</Button>}>
      {exportFormats.map((format) => (
        <MenuItem key={format} onClick={() => window.location.assign(exportHref(format, { ...query, until: filter.until }))}>
          {t(`format.${format}`)}
        </MenuItem>
      ))}
    </Menu>
  )
}
