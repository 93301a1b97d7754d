import type { Metadata } from "next"
import { createTranslator } from "use-intl/core"
import { WhatIfPage } from "@/features/overprovisioning/what-if/what-if-page"
import { messages } from "@/lib/i18n/messages"
import { requestLocale } from "@/lib/i18n/request-locale"

export async function generateMetadata(): Promise<Metadata> {
  const locale = await requestLocale()
  const t = createTranslator({ locale, messages: messages[locale], namespace: "whatIf" })
  return { title: t("title") }
}

export default function Page() {
  return <WhatIfPage />
}
