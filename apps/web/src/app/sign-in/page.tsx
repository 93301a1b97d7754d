import type { Metadata } from "next"
import { createTranslator } from "use-intl/core"
import { SignInPage } from "@/features/sign-in/sign-in-page"
import { messages } from "@/lib/i18n/messages"
import { requestLocale } from "@/lib/i18n/request-locale"
import { returnPath } from "@/lib/sign-in-path"

export async function generateMetadata(): Promise<Metadata> {
  const locale = await requestLocale()
  return { title: createTranslator({ locale, messages: messages[locale], namespace: "signIn" })("title") }
}

export default async function Page({ searchParams }: { searchParams: Promise<{ next?: string | string[] }> }) {
  const { next } = await searchParams
  return <SignInPage next={returnPath(typeof next === "string" ? next : null)} />
}
