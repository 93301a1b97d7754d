"use client"
import { useState } from "react"
import { useTranslations } from "use-intl"
import { Button } from "@/components/controls/button"
import { useErrorToast } from "@/lib/errors"
import { useMay } from "@/lib/session"
import { useContainer } from "../detail/container-context"
import { actionIcons } from "./action-icons"
import { useBulkAction } from "./use-bulk-action"

/** Wakes the container of the page, for pages that show nothing while it sleeps. What fails is told below; who may not wake it sees nothing. */
export function WakeButton() {
  const t = useTranslations("containers")
  const own = useTranslations("container")
  const { id, away } = useContainer()
  const { run, pending } = useBulkAction()
  const toastError = useErrorToast()
  const [problem, setProblem] = useState<string>()
  if (!useMay()("containers.wake")) return null

  function wake() {
    setProblem(undefined)
    run({ action: "wake", ids: [id] }).then(
      ({ failed }) => setProblem(failed[0]?.message),
      (error: unknown) => toastError(t("actions.wake"), error),
    )
  }

  return (
    <div className="flex flex-col items-center gap-2">
      <Button icon={actionIcons.wake} busy={pending.has(id)} disabled={pending.has(id) || away} onClick={wake}>
        {t("actions.wake")}
      </Button>
      {problem === undefined ? null : (
        <p role="alert" className="text-bad-ink">
          {own("actionFailed", { action: t("actions.wake"), message: problem })}
        </p>
      )}
    </div>
  )
}
