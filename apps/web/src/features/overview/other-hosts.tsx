"use client"
import { localHost } from "@plimsoll/server/contract"
import { ArrowRight } from "lucide-react"
import Link from "next/link"
import { useTranslations } from "use-intl"
import { containersOf, isAway } from "@/lib/hosts"
import { useHosts } from "@/lib/live"

/** This page is about this machine; a line on the others, when there are any, leads to them. */
export function OtherHosts() {
  const t = useTranslations("overview.otherHosts")
  const others = useHosts().list.filter((host) => host.id !== localHost)
  if (others.length === 0) return null
  const away = others.filter(isAway).length
  const containers = others.map(containersOf)
  const parts = [
    t("connected", { count: others.length - away }),
    ...(away > 0 ? [t("away", { count: away })] : []),
    t("containers", {
      count: containers.reduce((sum, { total }) => sum + total, 0),
      running: containers.reduce((sum, { running }) => sum + running, 0),
    }),
  ]
  return (
    <Link
      href="/hosts"
      className="flex flex-wrap items-center gap-x-2 rounded-panel border border-line bg-panel px-4 py-2 text-mute hover:bg-hover hover:text-ink"
    >
      <span className="font-medium text-ink">{t("title")}</span>
      {parts.join(" · ")}
      <ArrowRight aria-hidden className="ml-auto size-3.5" />
    </Link>
  )
}
