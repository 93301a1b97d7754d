"use client"
import type { BulkAction, ContainerSummary } from "@plimsoll/server/contract"
import { LoaderCircle } from "lucide-react"
import { useTranslations } from "use-intl"
import { StateDot } from "@/components/controls/state-dot"
import { useFormat } from "@/lib/use-format"
import { useNow } from "@/lib/use-now"
import { visualState } from "./visual-state"

/** The state in a word or two with the time it has lasted, or the action that is under way. */
export function StateLabel({
  container,
  pending,
  away = false,
  brief = false,
}: {
  container: Pick<ContainerSummary, "state" | "health" | "nap">
  pending?: BulkAction | undefined
  /** Its host does not answer: this is how it was. */
  away?: boolean
  /** On small screens only the mark, whose shape says the state; the words stay for screen readers. */
  brief?: boolean
}) {
  const t = useTranslations("containers")
  const format = useFormat()
  const now = useNow()
  const words = brief ? "max-sm:sr-only" : undefined
  if (pending) {
    return (
      <span className="inline-flex items-center gap-1.5 text-mute">
        <LoaderCircle aria-hidden className="size-3 animate-spin" />
        <span className={words}>{t(`pending.${pending}`)}</span>
      </span>
    )
  }
  const { state, health, nap } = container
  const since =
    nap !== undefined
      ? nap.since
      : state.status === "running"
        ? state.startedAt
        : state.status === "paused"
          ? state.pausedAt
          : state.status === "hibernated"
            ? state.hibernatedAt
            : state.status === "exited" && state.finishedAt > 0
              ? state.finishedAt
              : undefined
  const word =
    nap !== undefined
      ? t("state.napping")
      : state.status === "exited" && state.oomKilled
        ? t("state.oomKilled")
        : state.status === "exited" && state.error !== undefined
          ? t("state.failedToStart")
          : state.status === "exited"
            ? t("state.exitedWith", { code: state.exitCode })
            : t(`state.${state.status}`)
  if (away) {
    return (
      <StateDot state="unknown" className="text-mute">
        <span className={words}>{t("state.was", { state: word })}</span>
      </StateDot>
    )
  }
  return (
    <StateDot state={visualState(state, health)}>
      <span className={words}>
        {word}
        {state.status === "running" && health !== "none" ? <span className="text-mute"> · {t(`health.${health}`)}</span> : null}
        {since === undefined ? null : <span className="text-mute"> {format.duration(Math.max(1000, now - since), 1)}</span>}
      </span>
    </StateDot>
  )
}
