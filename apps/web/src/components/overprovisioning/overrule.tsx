"use client"
import { bounds } from "@plimsoll/server/contract"
import { useState } from "react"
import { useTranslations } from "use-intl"
import { Button } from "@/components/controls/button"
import { Field } from "@/components/controls/field"
import { TextArea } from "@/components/controls/input"
import { errorCode } from "@/lib/errors"
import { useMay } from "@/lib/session"
import { overruleReason } from "./overrule-reason"

interface OverruleProps {
  /** Why it was refused; of anything but the load line nothing is shown. */
  error: unknown
  busy: boolean
  /** Asks for the same once more, beyond the load line, with the reason for the record. */
  onOverrule: (reason: string) => void
}

/** Beneath a refusal by the load line: to do it anyway, with a reason, for who may set the load line. */
export function Overrule({ error, busy, onOverrule }: OverruleProps) {
  const t = useTranslations("overprovisioning.overrule")
  const may = useMay()
  const [text, setText] = useState("")
  if (errorCode(error) !== "load_line_exceeded" || !may("overprovisioning.changeSettings")) return null
  const reason = overruleReason(text)
  return (
    <div className="flex flex-col gap-2 border-load border-l-2 pl-3">
      <Field label={t("reason")} description={t("hint")}>
        <TextArea rows={2} value={text} maxLength={bounds.reasonLength} onChange={(event) => setText(event.target.value)} />
      </Field>
      <Button
        variant="danger"
        className="self-start"
        busy={busy}
        disabled={reason === null}
        onClick={() => {
          if (reason !== null) onOverrule(reason)
        }}
      >
        {t("anyway")}
      </Button>
    </div>
  )
}
