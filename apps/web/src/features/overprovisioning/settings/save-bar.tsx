"use client"
import { useTranslations } from "use-intl"
import { Button } from "@/components/controls/button"
import { ErrorState } from "@/components/controls/error-state"
import { ChangedMeanwhile } from "./use-save-settings"

interface SaveBarProps {
  dirty: boolean
  invalid: boolean
  busy: boolean
  error: unknown
  /** Somebody else saved since one began to edit. */
  changedMeanwhile: boolean
  onDiscard: () => void
}

/** Saves a form of settings, or throws away what was edited; says why it was not saved. */
export function SaveBar({ dirty, invalid, busy, error, changedMeanwhile, onDiscard }: SaveBarProps) {
  const t = useTranslations("lineSettings")
  return (
    <div className="flex flex-col gap-3 border-line border-t px-4 py-3">
      {dirty && (changedMeanwhile || error instanceof ChangedMeanwhile) ? (
        <p role="alert" className="text-warn-ink">
          {t("changedMeanwhile")}
        </p>
      ) : null}
      {error !== null && !(error instanceof ChangedMeanwhile) ? <ErrorState compact error={error} title={t("notSaved")} /> : null}
      <div className="flex flex-wrap items-center gap-2">
        <Button type="submit" variant="primary" busy={busy} disabled={!dirty || invalid}>
          {t("save")}
        </Button>
        <Button disabled={!dirty} onClick={onDiscard}>
          {t("discard")}
        </Button>
        {dirty ? <span className="text-mute text-sm">{t("unsaved")}</span> : null}
      </div>
    </div>
  )
}
