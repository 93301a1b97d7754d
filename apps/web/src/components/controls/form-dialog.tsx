"use client"
import { type ReactNode, useId, useRef } from "react"
import { useTranslations } from "use-intl"
import { Button } from "./button"
import { Dialog } from "./dialog"
import { ErrorState } from "./error-state"

interface FormDialogProps {
  /** Default: it is there as long as it is rendered. */
  open?: boolean
  /** Asked for by Cancel, Escape and a click beside it; what is under way goes on. */
  onClose: () => void
  title: ReactNode
  description?: ReactNode
  size?: "sm" | "md" | "lg"
  /** The verb: `Create`. */
  submitLabel: string
  danger?: boolean
  /** It is being done: it cannot be asked for again meanwhile. */
  busy?: boolean
  /** As it stands it cannot be sent. */
  disabled?: boolean
  /** Why it was refused; what was typed stays. `null`: it was not. */
  error?: unknown
  /** What was tried: `The host was not added`. */
  errorTitle?: ReactNode
  /** Beneath the error: another way to what was refused. */
  instead?: ReactNode
  /** For what stays open after it was done: `Close`. */
  closeLabel?: string
  /** At the other end of the buttons: what helps to fill in the form. */
  aside?: ReactNode
  onSubmit: () => void
  /** The fields. */
  children: ReactNode
}

/** What one types into; not the hidden twin of a list or a switch. */
const FIRST_FIELD = ":is(input:not([type=hidden], [aria-hidden=true]), textarea):enabled"

/** A form over the page, its first field with the focus: fields, why it was refused, Cancel and the verb. The verb's button and Enter in a field send it, once at a time and only when it may be sent. */
export function FormDialog({
  open = true,
  onClose,
  submitLabel,
  danger = false,
  busy = false,
  disabled = false,
  error = null,
  errorTitle,
  instead,
  closeLabel,
  aside,
  onSubmit,
  children,
  ...frame
}: FormDialogProps) {
  const t = useTranslations("controls")
  const id = useId()
  const form = useRef<HTMLFormElement>(null)
  return (
    <Dialog
      {...frame}
      open={open}
      onOpenChange={(next) => (next ? undefined : onClose())}
      initialFocus={() => form.current?.querySelector<HTMLElement>(FIRST_FIELD) ?? true}
      footer={
        <>
          {aside}
          <Button onClick={onClose}>{closeLabel ?? t("cancel")}</Button>
          <Button type="submit" form={id} variant={danger ? "danger" : "primary"} busy={busy} disabled={disabled}>
            {submitLabel}
          </Button>
        </>
      }
    >
      <form
        id={id}
        ref={form}
        noValidate
        className="flex flex-col gap-3.5"
        onSubmit={(event) => {
          event.preventDefault()
          if (!busy && !disabled) onSubmit()
        }}
      >
        {children}
        {error === null ? null : <ErrorState error={error} compact title={errorTitle} />}
        {error === null ? null : instead}
      </form>
    </Dialog>
  )
}
