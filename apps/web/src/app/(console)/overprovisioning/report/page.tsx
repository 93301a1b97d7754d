import type { Metadata } from "next"
import { createTranslator } from "use-intl/core"
import { ReportPage } from "@/features/overprovisioning/report/report-page"
import { messages } from "@/lib/i18n/messages"
import { requestLocale } from "@/lib/i18n/request-locale"

export async function generateMetadata(): Promise<Metadata> {
  const locale = await requestLocale()
  const t = createTranslator({ locale, messages: messages[locale], namespace: "capacityReport" })
  return { title: t("title") }
}

export default function Page() {
  return <ReportPage />
}
