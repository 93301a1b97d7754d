"use client"
import "@xterm/xterm/css/xterm.css"
import { SquareTerminal } from "lucide-react"
import { useTheme } from "next-themes"
import { useRef, useState } from "react"
import { useTranslations } from "use-intl"
import { Button } from "@/components/controls/button"
import { EmptyState } from "@/components/controls/empty-state"
import { ErrorState } from "@/components/controls/error-state"
import { WakeButton } from "../actions/wake-button"
import { useContainer } from "../detail/container-context"
import { useTerminal } from "./use-terminal"
import { useXterm } from "./use-xterm"

/** A shell in the container. */
export function TerminalPage() {
  const t = useTranslations("container.terminal")
  const { id, row } = useContainer()
  const sleep = row.nap !== undefined ? "napping" : row.state.status === "hibernated" ? "hibernated" : null
  if (sleep !== null) {
    return (
      <EmptyState icon={<SquareTerminal aria-hidden />} title={t(`${sleep}.title`)} action={<WakeButton />}>
        {t(`${sleep}.text`)}
      </EmptyState>
    )
  }
  if (row.state.status !== "running") {
    return (
      <EmptyState icon={<SquareTerminal aria-hidden />} title={t("notRunning.title")}>
        {row.state.status === "paused" ? t("notRunning.paused") : t("notRunning.text")}
      </EmptyState>
    )
  }
  // A container that started again has new processes: its terminals begin anew.
  return <Shell key={`${id}/${row.state.startedAt}`} id={id} />
}

function Shell({ id }: { id: string }) {
  const t = useTranslations("container.terminal")
  const element = useRef<HTMLDivElement>(null)
  const { resolvedTheme } = useTheme()
  const terminal = useXterm(element, resolvedTheme !== "light")
  const [generation, setGeneration] = useState(0)
  const phase = useTerminal(terminal, id, generation)
  return (
    <div className="flex min-h-0 flex-1 flex-col gap-2">
      <div role="status" className="flex min-h-7 items-center gap-3 text-mute text-sm">
        {phase.kind === "exited" ? (
          <>
            {t("exited", { code: phase.exitCode })}
            <Button size="sm" onClick={() => setGeneration(generation + 1)}>
              {t("another")}
            </Button>
          </>
        ) : phase.kind === "failed" ? null : (
          t(phase.kind)
        )}
      </div>
      {phase.kind === "failed" ? (
        <ErrorState compact error={phase.error} title={t("failed")} onRetry={() => setGeneration(generation + 1)} />
      ) : null}
      <div ref={element} className="min-h-80 flex-1 overflow-hidden rounded-panel border border-line bg-field p-2 font-mono" />
    </div>
  )
}
