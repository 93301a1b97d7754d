"use client"
import { TriangleAlert } from "lucide-react"
import { useTranslations } from "use-intl"
import { Panel } from "@/components/controls/panel"

/** What an operator should know. */
export function Remarks({ remarks }: { remarks: readonly string[] }) {
  const t = useTranslations("overprovisioning")
  return (
    <Panel title={t("remarks")}>
      <ul className="flex flex-col gap-1.5 px-4 pb-3">
        {remarks.length === 0 ? <li className="text-mute">{t("noRemarks")}</li> : null}
        {remarks.map((remark) => (
          <li key={remark} className="flex gap-2">
            <TriangleAlert aria-hidden className="mt-0.5 size-3.5 shrink-0 text-load-ink" />
            <span className="min-w-0 break-words">{remark}</span>
          </li>
        ))}
      </ul>
    </Panel>
  )
}
