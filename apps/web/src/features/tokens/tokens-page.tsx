"use client"
import { useTranslations } from "use-intl"
import { PageHeader } from "@/components/controls/page-header"
import { TokensPanel } from "./tokens-panel"

/** Keys for programs. */
export function TokensPage() {
  const t = useTranslations("tokens")
  return (
    <>
      <PageHeader title={t("title")} description={t("description")} />
      <TokensPanel />
    </>
  )
}
