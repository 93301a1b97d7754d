import type { Locale } from "../format"

export const locales: readonly Locale[] = ["en", "ru"]
export const LOCALE_COOKIE = "plimsoll_locale"

/** The locale with that name; English for any other. */
export function asLocale(name: string | undefined): Locale {
  return locales.find((locale) => locale === name) ?? "en"
}

/** The first of a browser's languages (`Accept-Language`, RFC 9110 §12.5.4) that we speak; English when there is none. */
export function preferredLocale(acceptLanguage: string | null): Locale {
  const wanted = (acceptLanguage ?? "")
    .split(",")
    .map((entry) => {
      const [tag = "", ...parameters] = entry.trim().split(";")
      const quality = parameters.map((parameter) => parameter.trim()).find((parameter) => parameter.startsWith("q="))
      return { language: tag.split("-")[0]?.toLowerCase(), quality: quality === undefined ? 1 : Number(quality.slice(2)) }
    })
    .filter(({ quality }) => quality > 0)
    .sort((a, b) => b.quality - a.quality)
  for (const { language } of wanted) {
    const locale = locales.find((each) => each === language)
    if (locale !== undefined) return locale
  }
  return "en"
}
