import type { Metadata } from "next"
import { createTranslator } from "use-intl/core"
import { SignInPage } from "@/features/sign-in/sign-in-page"
import { messages } from "@/lib/i18n/messages"
import { requestLocale } from "@/lib/i18n/request-locale"
import { asSignOutReason, returnPath } from "@/lib/sign-in-path"

export async function generateMetadata(): Promise<Metadata> {
  const locale = await requestLocale()
  return { title: createTranslator({ locale, messages: messages[locale], namespace: "signIn" })("title") }
}

interface PageProps {
  searchParams: Promise<{ next?: string | string[]; why?: string | string[] }>
}

export default async function Page({ searchParams }: PageProps) {
  const { next, why } = await searchParams
  return (
    <SignInPage next={returnPath(typeof next === "string" ? next : null)} why={asSignOutReason(typeof why === "string" ? why : null)} />
  )
}
