import type { Metadata } from "next"
import { createTranslator } from "use-intl/core"
import { messages } from "./messages"
import { requestLocale } from "./request-locale"

type PageName =
  | "overview"
  | "containers"
  | "events"
  | "images"
  | "registries"
  | "volumes"
  | "networks"
  | "hosts"
  | "members"
  | "tokens"
  | "account"
  | "tenants"
  | "plans"
  | "metering"
  | "overprovisioning"

/** Metadata of one of the pages in the navigation or the account's menu: its name in the language of the request. */
export async function pageTitle(page: PageName): Promise<Metadata> {
  const locale = await requestLocale()
  const t = createTranslator({ locale, messages: messages[locale], namespace: "shell.nav" })
  return { title: t(page) }
}
