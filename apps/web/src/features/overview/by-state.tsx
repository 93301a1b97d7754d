"use client"
import type { ContainerStatus } from "@plimsoll/server/contract"
import Link from "next/link"
import { useTranslations } from "use-intl"
import { Panel } from "@/components/controls/panel"
import { StateDot, type VisualState } from "@/components/controls/state-dot"
import { useFormat } from "@/lib/use-format"

const shown: readonly ContainerStatus[] = ["running", "paused", "restarting", "created", "exited", "dead", "removing"]
const looks: Record<ContainerStatus, VisualState> = {
  running: "running",
  paused: "paused",
  restarting: "restarting",
  created: "created",
  exited: "exited",
  dead: "failed",
  removing: "removing",
}

/** How many containers are in which state; each leads to the list of them. States that nobody is in are left out. */
export function ByState({ counts }: { counts: Record<ContainerStatus, number> }) {
  const t = useTranslations("overview")
  const states = useTranslations("states")
  const format = useFormat()
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0)
  const present = shown.filter((status) => counts[status] > 0)
  return (
    <Panel title={t("byState")} aside={format.count(total)}>
      {present.length === 0 ? <p className="px-4 pb-4 text-mute">{t("noContainers")}</p> : null}
      <ul className="pb-2">
        {present.map((status) => (
          <li key={status}>
            <Link href={`/containers?status=${status}`} className="flex h-8 items-center gap-3 px-4 hover:bg-hover">
              <StateDot state={looks[status]}>{states(status)}</StateDot>
              <span className="ml-auto font-medium">{format.count(counts[status])}</span>
            </Link>
          </li>
        ))}
      </ul>
    </Panel>
  )
}
