"use client"
import { useMemo } from "react"
import { useLocale } from "use-intl"
import { createFormat, type Format } from "./format"
import { asLocale } from "./i18n/locale"

/** The writing of figures in the language of the page. */
export function useFormat(): Format {
  const locale = useLocale()
  return useMemo(() => createFormat(asLocale(locale)), [locale])
}
