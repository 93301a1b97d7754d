"use client"
import type { ContainerStatus } from "@plimsoll/server/contract"
import Link from "next/link"
import { useTranslations } from "use-intl"
import { Panel } from "@/components/controls/panel"
import { StateDot, type VisualState } from "@/components/controls/state-dot"
import { useFormat } from "@/lib/use-format"

/** One that naps is `paused` to the engine, and something else to whoever looks. */
type Shown = ContainerStatus | "napping"

const shown: readonly Shown[] = ["running", "napping", "hibernated", "paused", "restarting", "created", "exited", "dead", "removing"]
const looks: Record<Shown, VisualState> = {
  running: "running",
  napping: "paused",
  hibernated: "hibernated",
  paused: "paused",
  restarting: "restarting",
  created: "created",
  exited: "exited",
  dead: "failed",
  removing: "removing",
}

/** How many containers are in which state; each leads to the list of them. States that nobody is in are left out. */
export function ByState({ counts: all, napping }: { counts: Record<ContainerStatus, number>; napping: number }) {
  const t = useTranslations("overview")
  const states = useTranslations("states")
  const format = useFormat()
  // Counts and rows come by two ways, and may be a second apart.
  const counts: Record<Shown, number> = { ...all, napping, paused: Math.max(0, all.paused - napping) }
  const total = Object.values(all).reduce((sum, count) => sum + count, 0)
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
