import { GeistMono } from "geist/font/mono"
import { GeistSans } from "geist/font/sans"
import type { Metadata, Viewport } from "next"
import { headers } from "next/headers"
import type { ReactNode } from "react"
import { Providers } from "@/features/shell/providers"
import { messages } from "@/lib/i18n/messages"
import { requestLocale } from "@/lib/i18n/request-locale"
import "./globals.css"

export const metadata: Metadata = { title: { default: "Plimsoll", template: "%s · Plimsoll" }, robots: { index: false, follow: false } }

export const viewport: Viewport = {
  themeColor: [
    { media: "(prefers-color-scheme: dark)", color: "#0a0e13" },
    { media: "(prefers-color-scheme: light)", color: "#f5f6f8" },
  ],
}

export default async function RootLayout({ children }: { children: ReactNode }) {
  const locale = await requestLocale()
  // Set by the front door, never by the browser. Reading it also keeps every page from being made at build time, without a nonce.
  const nonce = (await headers()).get("x-nonce") ?? undefined
  return (
    <html lang={locale} suppressHydrationWarning className={`${GeistSans.variable} ${GeistMono.variable}`}>
      <body>
        <Providers locale={locale} messages={messages[locale]} nonce={nonce}>
          {children}
        </Providers>
      </body>
    </html>
  )
}
