"use client"
import type { Transfer } from "@plimsoll/server/contract"
import { useEffect, useRef } from "react"
import { useTranslations } from "use-intl"
import { Button } from "@/components/controls/button"
import { ErrorState } from "@/components/controls/error-state"
import { Panel } from "@/components/controls/panel"
import { TransferProgress } from "@/components/transfers/transfer-progress"

interface PullPanelProps {
  transfer: Transfer
  cancel: { begin: () => void; pending: boolean; error: unknown }
}

/** The pull that a container waits for, with a way to end it. */
export function PullPanel({ transfer, cancel }: PullPanelProps) {
  const t = useTranslations("createContainer")
  const running = transfer.status === "running"
  const panel = useRef<HTMLElement>(null)
  // It may be far below what was just pressed.
  useEffect(() => {
    panel.current?.scrollIntoView({ block: "center" })
  }, [])
  return (
    <Panel
      ref={panel}
      title={t("pulling")}
      aside={
        running ? (
          <Button size="sm" busy={cancel.pending} onClick={cancel.begin}>
            {t("cancelPull")}
          </Button>
        ) : null
      }
    >
      <div className="flex flex-col gap-2 px-4 pb-4">
        <TransferProgress transfer={transfer} />
        {cancel.error ? <ErrorState compact error={cancel.error} /> : null}
        {running ? <p className="text-mute text-sm">{t("pullGoesOn")}</p> : null}
      </div>
    </Panel>
  )
}
