"use client"
import type { EngineInfo, HostSummary } from "@plimsoll/server/contract"
import Link from "next/link"
import { useTranslations } from "use-intl"
import { engineFeatures } from "@/lib/hosts"

const NAMED = 3

/** How much of what the console can make use of is there, and what is not, in a line that leads to the particulars. */
export function AbilitiesSummary({ host, info }: { host: Pick<HostSummary, "id">; info: EngineInfo }) {
  const t = useTranslations("hosts")
  const lacking = engineFeatures.filter((feature) => !info.features.includes(feature)).map((feature) => t(`feature.${feature}`))
  const available = info.abilities.filter((ability) => ability.status === "available").length
  return (
    <>
      <Link href={`/hosts/${encodeURIComponent(host.id)}`} prefetch={false} className="rounded hover:underline">
        {t("abilitiesCount", { available, total: info.abilities.length })}
      </Link>
      <span className="block text-mute text-sm">
        {lacking.length === 0
          ? t("lacksNoFeature")
          : lacking.length <= NAMED
            ? t("lacksFeatures", { features: lacking.join(", ") })
            : t("lacksFeaturesAndMore", { features: lacking.slice(0, NAMED).join(", "), count: lacking.length - NAMED })}
      </span>
    </>
  )
}
