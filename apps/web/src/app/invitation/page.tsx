import type { Metadata } from "next"
import { createTranslator } from "use-intl/core"
import { InvitationPage } from "@/features/sign-in/invitation-page"
import { messages } from "@/lib/i18n/messages"
import { requestLocale } from "@/lib/i18n/request-locale"

export async function generateMetadata(): Promise<Metadata> {
  const locale = await requestLocale()
  return { title: createTranslator({ locale, messages: messages[locale], namespace: "invitation" })("title") }
}

export default async function Page({ searchParams }: { searchParams: Promise<{ token?: string | string[] }> }) {
  const { token } = await searchParams
  return <InvitationPage token={typeof token === "string" ? token : ""} />
}
