import containersEn from "../../../messages/containers.en.json"
import containersRu from "../../../messages/containers.ru.json"
import en from "../../../messages/en.json"
import hostsEn from "../../../messages/hosts.en.json"
import hostsRu from "../../../messages/hosts.ru.json"
import registriesEn from "../../../messages/registries.en.json"
import registriesRu from "../../../messages/registries.ru.json"
import ru from "../../../messages/ru.json"
import type { Locale } from "../format"

const english = { ...en, ...containersEn, ...hostsEn, ...registriesEn }

export type Messages = typeof english

/** All texts of each language. Both have the same keys: messages.test.ts. */
export const messages: Record<Locale, Messages> = { en: english, ru: { ...ru, ...containersRu, ...hostsRu, ...registriesRu } }

declare module "use-intl" {
  interface AppConfig {
    Messages: Messages
    Locale: Locale
  }
}
