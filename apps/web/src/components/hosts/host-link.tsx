"use client"
import Link from "next/link"
import { useTranslations } from "use-intl"
import { StateDot } from "@/components/controls/state-dot"
import { cn } from "@/lib/cn"
import { isAway } from "@/lib/hosts"
import { useHosts } from "@/lib/live"
import { useMay } from "@/lib/session"

/** A host by its name, which leads to its page; marked while it is away. One that the console has forgotten is shown by its id. */
export function HostLink({ id, className }: { id: string; className?: string }) {
  const t = useTranslations("hosts.status")
  const host = useHosts().byId.get(id)
  const may = useMay()
  if (host === undefined) return <span className={cn("truncate", className)}>{id}</span>
  if (!may("host.info")) return <span className={cn("truncate", className)}>{host.name}</span>
  return (
    <Link
      href={`/hosts/${encodeURIComponent(id)}`}
      prefetch={false}
      title={host.name}
      className={cn("inline-flex min-w-0 items-center gap-1.5 rounded hover:underline", className)}
    >
      {isAway(host) ? <StateDot state="unknown" label={t("away")} /> : null}
      <span className="truncate">{host.name}</span>
    </Link>
  )
}
