"use client"
import { useTranslations } from "use-intl"
import { Button } from "@/components/controls/button"
import { ErrorState } from "@/components/controls/error-state"
import type { useDraft } from "./use-draft"
import { ChangedMeanwhile, type useSaveSettings } from "./use-save-settings"

interface SaveBarProps {
  draft: Pick<ReturnType<typeof useDraft>, "dirty" | "changedMeanwhile" | "discard">
  save: Pick<ReturnType<typeof useSaveSettings>, "isPending" | "error" | "reset">
  /** Something that was typed cannot be saved. */
  invalid: boolean
}

/** Saves a form of settings, or throws away what was edited; says why it was not saved. */
export function SaveBar({ draft, save, invalid }: SaveBarProps) {
  const t = useTranslations("lineSettings")
  const { dirty, changedMeanwhile } = draft
  const { error } = save
  return (
    <div className="flex flex-col gap-3 border-line border-t px-4 py-3">
      {dirty && (changedMeanwhile || error instanceof ChangedMeanwhile) ? (
        <p role="alert" className="text-warn-ink">
          {t("changedMeanwhile")}
        </p>
      ) : null}
      {error !== null && !(error instanceof ChangedMeanwhile) ? <ErrorState compact error={error} title={t("notSaved")} /> : null}
      <div className="flex flex-wrap items-center gap-2">
        <Button type="submit" variant="primary" busy={save.isPending} disabled={!dirty || invalid}>
          {t("save")}
        </Button>
        <Button
          disabled={!dirty}
          onClick={() => {
            draft.discard()
            save.reset()
          }}
        >
          {t("discard")}
        </Button>
        {dirty ? <span className="text-mute text-sm">{t("unsaved")}</span> : null}
      </div>
    </div>
  )
}
