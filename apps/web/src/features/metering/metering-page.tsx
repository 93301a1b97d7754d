"use client"
import { Download } from "lucide-react"
import Link from "next/link"
import { useLocale, useTranslations } from "use-intl"
import { buttonClass } from "@/components/controls/button"
import { PageHeader } from "@/components/controls/page-header"
import { monthName } from "@/components/tenants/month"
import { cn } from "@/lib/cn"
import { fillsWindow } from "@/lib/fills-window"
import { exportHref } from "./export-href"
import { MeteringHours } from "./metering-hours"
import { MeteringMonthView } from "./metering-month"
import { MonthPicker } from "./month-picker"
import { useMeteringQuery } from "./use-metering-query"

/** What tenants had and used in a month: all of them in a table, or one by the hour. */
export function MeteringPage() {
  const t = useTranslations("metering")
  const locale = useLocale()
  const query = useMeteringQuery()
  const { month, present, tenant, setQuery } = query
  return (
    <div className={cn("flex flex-col", tenant === null && fillsWindow)}>
      {tenant === null ? null : (
        <nav className="pt-1 pb-1 text-mute text-sm">
          <Link href={`/metering?month=${month}`} className="rounded hover:text-ink hover:underline">
            {t("allTenants")}
          </Link>
        </nav>
      )}
      <PageHeader
        title={tenant === null ? t("title") : t("titleOf", { tenant })}
        description={t("description", { month: monthName(month, locale) })}
        actions={
          <>
            <MonthPicker
              month={month}
              present={present}
              onMonthChange={(next) => void setQuery({ month: next === present ? null : next })}
            />
            {(["csv", "jsonl"] as const).map((format) => (
              <a key={format} href={exportHref(format, { month, tenant })} download className={buttonClass()}>
                <Download aria-hidden className="size-3.5" />
                {t(`export.${format}`)}
              </a>
            ))}
          </>
        }
      />
      {tenant === null ? (
        <MeteringMonthView query={query} onOpen={(name) => void setQuery({ tenant: name }, { history: "push" })} />
      ) : (
        <MeteringHours month={month} tenant={tenant} />
      )}
    </div>
  )
}
