"use client"
import type { Ability } from "@plimsoll/server/contract"
import { ChevronRight } from "lucide-react"
import { useTranslations } from "use-intl"
import { Badge } from "@/components/controls/badge"
import { Remedy } from "@/components/controls/error-state"
import { Panel } from "@/components/controls/panel"
import { StateDot, type VisualState } from "@/components/controls/state-dot"
import { cn } from "@/lib/cn"

const rank = (ability: Ability) => (ability.status === "available" ? 3 : ability.status === "degraded" ? 1 : ability.required ? 0 : 2)
const dots: Record<Ability["status"], VisualState> = { available: "running", degraded: "unhealthy", missing: "exited" }

/** The doctor in plain words: what is lacking first, each with what mends it. */
export function AbilitiesPanel({ abilities }: { abilities: readonly Ability[] }) {
  const t = useTranslations("host")
  const lacking = abilities.filter((ability) => ability.status !== "available").sort((a, b) => rank(a) - rank(b))
  const works = abilities.filter((ability) => ability.status === "available")
  return (
    <Panel title={t("abilities")} aside={t("abilitiesCount", { available: works.length, total: abilities.length })}>
      {lacking.length === 0 ? <p className="px-4 pb-3 text-mute">{t("lacksNothing")}</p> : null}
      <ul>
        {lacking.map((ability) => (
          <AbilityItem key={ability.name} ability={ability} />
        ))}
      </ul>
      <details className="group border-line border-t" open={lacking.length === 0}>
        <summary className="flex items-center gap-2.5 px-4 py-2.5 hover:bg-hover">
          <ChevronRight aria-hidden className="size-3.5 text-faint transition-transform group-open:rotate-90" />
          {t("ableTo", { count: works.length })}
        </summary>
        <ul>
          {works.map((ability) => (
            <AbilityItem key={ability.name} ability={ability} />
          ))}
        </ul>
      </details>
    </Panel>
  )
}

function AbilityItem({ ability }: { ability: Ability }) {
  const t = useTranslations("host")
  return (
    <li
      id={ability.name}
      className={cn("scroll-mt-16 border-line border-t px-4 py-2 target:bg-selected", ability.status !== "available" && "py-3")}
    >
      <div className="flex flex-wrap items-baseline gap-x-2.5 gap-y-0.5">
        <StateDot
          state={ability.required && ability.status === "missing" ? "failed" : dots[ability.status]}
          label={t(`status.${ability.status}`)}
        />
        <h3 className={ability.status === "available" ? undefined : "font-medium"}>{ability.title}</h3>
        <code className="text-faint text-sm">{ability.name}</code>
        {ability.required ? <Badge tone={ability.status === "missing" ? "bad" : "neutral"}>{t("required")}</Badge> : null}
        {ability.status === "available" ? null : (
          <Badge tone={ability.status === "degraded" ? "warn" : "neutral"} className="ml-auto">
            {t(`status.${ability.status}`)}
          </Badge>
        )}
      </div>
      <p className="pl-5 text-mute">{ability.detail}</p>
      {ability.remedy && ability.status !== "available" ? (
        <div className="mt-1.5 pl-5">
          <Remedy text={ability.remedy} />
        </div>
      ) : null}
    </li>
  )
}
