import type { Locale } from "@/lib/format"
import { LOCALE_COOKIE } from "@/lib/i18n/locale"

/** Each language by its own name. */
export const localeNames: Record<Locale, string> = { en: "English", ru: "Русский" }

/** Keeps the language for a year and shows the page in it. */
export function chooseLocale(locale: Locale): void {
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is missing on plain HTTP, where consoles are also reached.
  document.cookie = `${LOCALE_COOKIE}=${locale}; path=/; max-age=31536000; samesite=lax`
  window.location.reload()
}
