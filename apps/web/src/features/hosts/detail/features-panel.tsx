"use client"
import type { EngineFeature } from "@plimsoll/server/contract"
import { useTranslations } from "use-intl"
import { Panel } from "@/components/controls/panel"
import { StateDot } from "@/components/controls/state-dot"
import { engineFeatures } from "@/lib/hosts"

/** Which operations the engine has. For what it lacks the console shows no button anywhere. */
export function FeaturesPanel({ features }: { features: readonly EngineFeature[] }) {
  const t = useTranslations("hosts")
  const lacking = engineFeatures.filter((feature) => !features.includes(feature))
  const offered = engineFeatures.filter((feature) => features.includes(feature))
  return (
    <Panel title={t("features.title")} aside={t("features.count", { available: offered.length, total: engineFeatures.length })}>
      <p className="px-4 pb-2 text-mute">{t(lacking.length === 0 ? "features.all" : "features.hint")}</p>
      <ul className="grid grid-cols-2 gap-x-4 px-4 pb-3 max-sm:grid-cols-1">
        {[...lacking, ...offered].map((feature) => {
          const there = features.includes(feature)
          return (
            <li key={feature} className="flex items-baseline gap-2.5 py-0.5">
              <StateDot state={there ? "running" : "exited"} label={t(there ? "features.there" : "features.absent")} />
              <span className={there ? undefined : "text-mute"}>{t(`feature.${feature}`)}</span>
            </li>
          )
        })}
      </ul>
    </Panel>
  )
}
