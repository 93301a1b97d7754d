"use client"
import Link from "next/link"
import { usePathname } from "next/navigation"
import { useTranslations } from "use-intl"
import { StateDot } from "@/components/controls/state-dot"
import { Mark } from "@/components/mark"
import { cn } from "@/lib/cn"
import { containersOf, isAway } from "@/lib/hosts"
import { useContainersLive, useHosts } from "@/lib/live"
import { useIsTenant, useMay } from "@/lib/session"
import { useFormat } from "@/lib/use-format"
import { isCurrent, navGroupsFor, type PageName } from "./nav-items"

/** The pages. `onNavigate` closes the drawer that holds it on small screens. */
export function Nav({ onNavigate = () => undefined }: { onNavigate?: () => void }) {
  const t = useTranslations("shell")
  const format = useFormat()
  const path = usePathname()
  const may = useMay()
  const ofTenant = useIsTenant()
  const { list } = useHosts()
  const counts: Partial<Record<PageName, number>> =
    list.length === 0
      ? {}
      : {
          ...(!ofTenant && { containers: list.reduce((sum, host) => sum + containersOf(host).total, 0) }),
          ...(list.length > 1 && { hosts: list.length }),
        }
  const away = list.filter(isAway).length
  return (
    <nav aria-label={t("navigation")} className="flex flex-col gap-4 px-3 pt-3.5 pb-6">
      <Link
        href="/"
        onClick={onNavigate}
        className="flex h-8 items-center gap-2.5 rounded-control px-2 font-semibold text-lg tracking-tight"
      >
        <Mark className="size-5.5" />
        Plimsoll
      </Link>
      {navGroupsFor(may).map((group) => (
        <div key={group.heading ?? "first"}>
          {group.heading ? (
            <p className="mb-1 px-2 text-faint text-xs">
              {t(`nav.${group.heading === "machine" && ofTenant ? "resources" : group.heading}`)}
            </p>
          ) : null}
          <ul className="flex flex-col gap-px">
            {group.items.map((item) => {
              const current = isCurrent(item, path)
              return (
                <li key={item.page}>
                  <Link
                    href={item.href}
                    onClick={onNavigate}
                    aria-current={current ? "page" : undefined}
                    className={cn(
                      "flex h-8 items-center gap-2.5 rounded-control px-2 transition-colors max-lg:h-10",
                      current ? "bg-selected text-ink" : "text-mute hover:bg-hover hover:text-ink",
                    )}
                  >
                    <item.icon aria-hidden className="size-4 opacity-80" />
                    {t(`nav.${item.page}`)}
                    <span className="ml-auto flex items-center gap-1.5 text-faint">
                      {item.page === "hosts" && away > 0 ? <StateDot state="unknown" label={t("hostsAway", { count: away })} /> : null}
                      {item.page === "containers" && ofTenant ? <OwnContainers /> : null}
                      {counts[item.page] === undefined ? null : format.count(counts[item.page])}
                    </span>
                  </Link>
                </li>
              )
            })}
          </ul>
        </div>
      ))}
    </nav>
  )
}

/** How many one has. A host's own counts are of everybody's. */
function OwnContainers() {
  const format = useFormat()
  const { data } = useContainersLive()
  return data === undefined ? null : format.count(data.rows.length)
}
