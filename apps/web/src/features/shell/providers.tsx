"use client"
import { QueryClientProvider } from "@tanstack/react-query"
import { ThemeProvider } from "next-themes"
import { NuqsAdapter } from "nuqs/adapters/next/app"
import { type ReactNode, useState } from "react"
import { IntlProvider } from "use-intl"
import { Toaster } from "@/components/controls/toast"
import { TooltipProvider } from "@/components/controls/tooltip"
import type { Locale } from "@/lib/format"
import type { Messages } from "@/lib/i18n/messages"
import { LiveProvider } from "@/lib/live"
import { createClient, createQueryClient, TRPCProvider } from "@/lib/trpc"
import { AskAgainWhenBack } from "./ask-again-when-back"

// Texts hold no times of day (those are written by lib/format, in the browser only): the server's zone never shows.
const timeZone = typeof window === "undefined" ? "UTC" : Intl.DateTimeFormat().resolvedOptions().timeZone

/** All that pages find around them: language, theme, data, tooltips, toasts. */
export function Providers({
  locale,
  messages,
  nonce,
  children,
}: {
  locale: Locale
  messages: Messages
  nonce: string | undefined
  children: ReactNode
}) {
  const [queryClient] = useState(createQueryClient)
  const [client] = useState(createClient)
  return (
    <ThemeProvider
      attribute="data-theme"
      defaultTheme="system"
      enableSystem
      disableTransitionOnChange
      {...(nonce === undefined ? {} : { nonce })}
    >
      <IntlProvider locale={locale} messages={messages} timeZone={timeZone}>
        <NuqsAdapter>
          <QueryClientProvider client={queryClient}>
            <TRPCProvider trpcClient={client} queryClient={queryClient}>
              <LiveProvider>
                <TooltipProvider delay={400}>
                  <AskAgainWhenBack />
                  {children}
                  <Toaster />
                </TooltipProvider>
              </LiveProvider>
            </TRPCProvider>
          </QueryClientProvider>
        </NuqsAdapter>
      </IntlProvider>
    </ThemeProvider>
  )
}
