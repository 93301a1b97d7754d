"use client"
import { useTranslations } from "use-intl"
import { isAway } from "@/lib/hosts"
import { useHosts } from "@/lib/live"

/** Says which hosts a list is without because they are away: unknown is not empty. `host`: the only one that is listed, or `""`. */
export function HostsLeftOut({ host }: { host: string }) {
  const t = useTranslations("hosts")
  const { list } = useHosts()
  const away = list.filter((each) => isAway(each) && (host === "" || each.id === host))
  if (away.length === 0 || list.length < 2) return null
  return (
    <p role="status" className="mb-3 rounded-panel border border-warn bg-panel px-3 py-2">
      {t("leftOut", { hosts: away.map(({ name }) => name).join(", ") })}
    </p>
  )
}
