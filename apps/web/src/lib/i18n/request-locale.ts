import { cookies, headers } from "next/headers"
import type { Locale } from "../format"
import { asLocale, LOCALE_COOKIE, preferredLocale } from "./locale"

/** The language of this request: what was chosen in the console, else what the browser prefers. */
export async function requestLocale(): Promise<Locale> {
  const chosen = (await cookies()).get(LOCALE_COOKIE)?.value
  return chosen === undefined ? preferredLocale((await headers()).get("accept-language")) : asLocale(chosen)
}
