"use client"
import { Box, Trash2 } from "lucide-react"
import Link from "next/link"
import { usePathname } from "next/navigation"
import type { ReactNode } from "react"
import { useTranslations } from "use-intl"
import { buttonClass } from "@/components/controls/button"
import { EmptyState } from "@/components/controls/empty-state"
import { ErrorState } from "@/components/controls/error-state"
import { LinkTabs } from "@/components/controls/link-tabs"
import { SkeletonRows } from "@/components/controls/skeleton"
import { HostAway } from "@/components/hosts/host-away"
import { HostName } from "@/components/hosts/host-name"
import { cn } from "@/lib/cn"
import { containerHref } from "@/lib/container-href"
import { fillsWindow } from "@/lib/fills-window"
import { useMay } from "@/lib/session"
import { ContainerContext } from "./container-context"
import { ContainerHeader } from "./container-header"
import { containerViews, isOffered, viewOfPath } from "./container-views"
import { useContainerView } from "./use-container-view"
import { ViewGate } from "./view-gate"

/** What all pages of one container share: its name, state and actions, and the way between the pages. */
export function ContainerFrame({ address, children }: { address: string; children: ReactNode }) {
  const t = useTranslations("container")
  const views = useTranslations("containers.views")
  const lookup = useContainerView(address)
  const may = useMay()
  const path = usePathname()
  const back = (
    <Link href="/containers" className={buttonClass()}>
      {t("toList")}
    </Link>
  )
  switch (lookup.kind) {
    case "loading":
      return <SkeletonRows rows={8} label={t("loading")} />
    case "error":
      return <ErrorState error={lookup.error} title={t("failed")} />
    case "unknown":
      return (
        <EmptyState icon={<Box aria-hidden />} title={t("unknown.title", { name: address })} action={back}>
          {t("unknown.text")}
        </EmptyState>
      )
    case "ambiguous":
      return (
        <EmptyState icon={<Box aria-hidden />} title={t("ambiguous.title", { name: address })} action={back}>
          {t("ambiguous.text")}
          <ul className="mt-2 flex flex-col gap-1">
            {lookup.rows.map((row) => (
              <li key={row.id}>
                <Link href={containerHref(row)} className="rounded underline">
                  {row.name} · <HostName id={row.host} />
                </Link>
              </li>
            ))}
          </ul>
        </EmptyState>
      )
    case "removed":
      return (
        <EmptyState icon={<Trash2 aria-hidden />} title={t("removed.title", { name: lookup.name })} action={back}>
          {t("removed.text")}
        </EmptyState>
      )
    case "found": {
      const base = `/containers/${encodeURIComponent(address)}`
      const { host, away } = lookup.view
      const tabs = containerViews
        .filter((view) => isOffered(view, host, may))
        .map((view) => ({ href: view === "graphs" ? base : `${base}/${view}`, label: views(view) }))
      return (
        <ContainerContext value={lookup.view}>
          <div className={cn("flex flex-col gap-4", (path.endsWith("/logs") || path.endsWith("/terminal")) && fillsWindow)}>
            <ContainerHeader />
            {away && host ? <HostAway host={host} linked /> : null}
            <LinkTabs tabs={tabs} label={t("views")} />
            <ViewGate view={viewOfPath(path)}>{children}</ViewGate>
          </div>
        </ContainerContext>
      )
    }
  }
}
