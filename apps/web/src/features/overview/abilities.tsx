"use client"
import type { HostInfo } from "@plimsoll/server/contract"
import Link from "next/link"
import { useTranslations } from "use-intl"
import { Panel } from "@/components/controls/panel"
import { StateDot } from "@/components/controls/state-dot"

/** What this host cannot do, or only partly; that it can all, when it can. */
export function Abilities({ info }: { info: HostInfo | undefined }) {
  const t = useTranslations("overview")
  const hosts = useTranslations("host")
  if (info === undefined) return <Panel title={t("abilities")} className="min-h-32" />
  const lacking = info.abilities.filter((ability) => ability.status !== "available").sort((a, b) => Number(b.required) - Number(a.required))
  return (
    <Panel
      title={t("abilities")}
      aside={t("abilitiesCount", { available: info.abilities.length - lacking.length, total: info.abilities.length })}
    >
      <ul className="pb-2">
        {lacking.length === 0 ? <li className="px-4 pb-2 text-mute">{t("allAbilities")}</li> : null}
        {lacking.slice(0, 5).map((ability) => (
          <li key={ability.name}>
            <Link href={`/hosts/local#${ability.name}`} className="flex items-baseline gap-2 px-4 py-1.5 hover:bg-hover">
              <StateDot
                state={ability.status === "missing" ? (ability.required ? "failed" : "exited") : "unhealthy"}
                label={hosts(`status.${ability.status}`)}
              />
              <span className="min-w-0 truncate">{ability.title}</span>
            </Link>
          </li>
        ))}
        {lacking.length > 5 ? (
          <li>
            <Link href="/hosts/local" className="block px-4 py-1.5 text-mute hover:bg-hover hover:text-ink">
              {t("moreAbilities", { count: lacking.length - 5 })}
            </Link>
          </li>
        ) : null}
      </ul>
    </Panel>
  )
}
