"use client"
import { AlertDialog as Base } from "@base-ui/react/alert-dialog"
import { type ReactNode, useState } from "react"
import { useTranslations } from "use-intl"
import { cn } from "@/lib/cn"
import { Button } from "./button"
import { backdropClass, dialogClass, viewportClass } from "./dialog"
import { ErrorState } from "./error-state"
import { Field } from "./field"
import { Input } from "./input"

interface ConfirmDialogProps {
  open: boolean
  onOpenChange: (open: boolean) => void
  /** The question: `Remove web-1?` */
  title: ReactNode
  /** What will be gone for good, one line each. */
  lost?: ReactNode[]
  /** What stays, one line each. */
  kept?: ReactNode[]
  /** A choice that belongs to the question, for example "also remove its volumes". */
  children?: ReactNode
  /** The verb: `Remove`. */
  confirmLabel: string
  danger?: boolean
  /** Text that has to be typed before it can be confirmed, for what hurts most. */
  typeToConfirm?: string
  /** Stays open and shows the error when it rejects; closes when it resolves. */
  onConfirm: () => Promise<unknown>
}

/** Asks before something is taken away and says exactly what. Focus begins on Cancel. */
export function ConfirmDialog({
  open,
  onOpenChange,
  title,
  lost = [],
  kept = [],
  children,
  confirmLabel,
  danger = true,
  typeToConfirm,
  onConfirm,
}: ConfirmDialogProps) {
  const t = useTranslations("controls")
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>(null)
  const [typed, setTyped] = useState("")

  function change(next: boolean) {
    if (busy) return
    setError(null)
    setTyped("")
    onOpenChange(next)
  }

  async function confirm() {
    setBusy(true)
    setError(null)
    try {
      await onConfirm()
      setTyped("")
      onOpenChange(false)
    } catch (reason) {
      setError(reason)
    } finally {
      setBusy(false)
    }
  }

  return (
    <Base.Root open={open} onOpenChange={(next) => change(next)}>
      <Base.Portal>
        <Base.Backdrop className={backdropClass} />
        <Base.Viewport className={viewportClass}>
          <Base.Popup className={cn(dialogClass, "max-w-110")}>
            <div className="flex flex-col gap-3 px-5 pt-4 pb-5">
              <Base.Title className="font-semibold text-lg">{title}</Base.Title>
              <Base.Description render={<div className="flex flex-col gap-3" />}>
                {lost.length > 0 ? <Consequences heading={t("willBeLost")} lines={lost} className="border-bad" /> : null}
                {kept.length > 0 ? <Consequences heading={t("willStay")} lines={kept} className="border-run" /> : null}
              </Base.Description>
              {children}
              {typeToConfirm === undefined ? null : (
                <Field label={t("typeToConfirm", { text: typeToConfirm })}>
                  <Input mono value={typed} onChange={(event) => setTyped(event.target.value)} />
                </Field>
              )}
              {error === null ? null : <ErrorState error={error} compact />}
            </div>
            <footer className="flex justify-end gap-2 border-line border-t px-5 py-3">
              <Base.Close render={<Button disabled={busy}>{t("cancel")}</Button>} />
              <Button
                variant={danger ? "danger" : "primary"}
                busy={busy}
                disabled={typeToConfirm !== undefined && typed !== typeToConfirm}
                onClick={() => {
                  void confirm()
                }}
              >
                {confirmLabel}
              </Button>
            </footer>
          </Base.Popup>
        </Base.Viewport>
      </Base.Portal>
    </Base.Root>
  )
}

function Consequences({ heading, lines, className }: { heading: string; lines: ReactNode[]; className: string }) {
  return (
    <div className={cn("border-l-2 pl-3", className)}>
      <p className="font-medium">{heading}</p>
      <ul className="text-mute">
        {lines.map((line, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the lines of one question never change their order.
          <li key={index}>{line}</li>
        ))}
      </ul>
    </div>
  )
}
