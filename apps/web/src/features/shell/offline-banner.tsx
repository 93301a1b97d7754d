"use client"
import { useQuery } from "@tanstack/react-query"
import { Unplug } from "lucide-react"
import { useEffect } from "react"
import { useTranslations } from "use-intl"
import { useConnection } from "@/lib/connection"
import { useTRPC } from "@/lib/trpc"
import { useFormat } from "@/lib/use-format"
import { useNow } from "@/lib/use-now"

/** A short hiccup is not worth a banner. */
const PATIENCE_MS = 2500

/** Says that what is on the page is old, and how old. The page itself is muted meanwhile, so that nobody takes it for the present. */
export function OfflineBanner() {
  const t = useTranslations("shell")
  const format = useFormat()
  const now = useNow()
  const { phase, since, lastDataAt } = useConnection()
  const away = phase === "offline" && now - since > PATIENCE_MS
  useEffect(() => {
    document.documentElement.toggleAttribute("data-offline", away)
    return () => document.documentElement.removeAttribute("data-offline")
  }, [away])
  // A live connection that is refused looks the same whether the server is gone or the session has ended: this query tells.
  useQuery(useTRPC().session.me.queryOptions(undefined, { enabled: away, refetchInterval: 5000, staleTime: 0 }))
  if (!away) return null
  return (
    <div role="status" className="mx-4 mb-3 flex items-center gap-2.5 rounded-control border border-warn bg-panel px-3 py-2 sm:mx-7">
      <Unplug aria-hidden className="size-4 shrink-0 text-warn-ink" />
      {lastDataAt === null ? t("offlineBannerNoData") : t("offlineBanner", { age: format.duration(now - lastDataAt, 1) })}
    </div>
  )
}
