"use client"
import { useTranslations } from "use-intl"
import { LinkTabs } from "@/components/controls/link-tabs"

/** The pages of overprovisioning, each with its own address. */
export function OverprovisioningTabs() {
  const t = useTranslations()
  const tabs = [
    { href: "/overprovisioning", label: t("overprovisioning.tabs.now") },
    { href: "/overprovisioning/what-if", label: t("whatIf.title") },
    { href: "/overprovisioning/report", label: t("capacityReport.title") },
    { href: "/overprovisioning/settings", label: t("lineSettings.title") },
  ]
  return <LinkTabs tabs={tabs} label={t("overprovisioning.tabs.label")} className="print:hidden" />
}
