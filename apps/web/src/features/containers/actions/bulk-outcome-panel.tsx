"use client"
import { CircleCheck, TriangleAlert, X } from "lucide-react"
import { useTranslations } from "use-intl"
import { IconButton } from "@/components/controls/icon-button"
import type { BulkOutcome } from "./use-bulk-action"

/** What an action on several containers came to: how many it is done for, and for each of the others why not. */
export function BulkOutcomePanel({
  outcome,
  nameOf,
  onDismiss,
}: {
  outcome: BulkOutcome
  nameOf: (id: string) => string
  onDismiss: () => void
}) {
  const t = useTranslations("containers")
  const failed = outcome.failed.length > 0
  return (
    <section aria-label={t("outcome.label")} role="status" className="rounded-panel border border-line bg-panel">
      <div className="flex items-center gap-2 px-3 py-2">
        {failed ? (
          <TriangleAlert aria-hidden className="size-4 text-bad-ink" />
        ) : (
          <CircleCheck aria-hidden className="size-4 text-run-ink" />
        )}
        <p className="flex-1">
          {t(`outcome.${outcome.action}`, { count: outcome.done.length })}
          {failed ? <span className="text-bad-ink"> {t("outcome.failed", { count: outcome.failed.length })}</span> : null}
        </p>
        <IconButton size="sm" label={t("outcome.dismiss")} icon={<X aria-hidden className="size-3.5" />} onClick={onDismiss} />
      </div>
      {failed ? (
        <ul className="max-h-48 overflow-y-auto border-line border-t">
          {outcome.failed.map(({ id, code, message }) => (
            <li
              key={id}
              className="grid grid-cols-[minmax(8rem,14rem)_1fr_auto] items-baseline gap-3 px-3 py-1.5 not-last:border-b border-line max-sm:grid-cols-1 max-sm:gap-0"
            >
              <span className="truncate font-medium">{nameOf(id)}</span>
              <span className="text-mute">{message}</span>
              <code className="text-faint text-sm">{code}</code>
            </li>
          ))}
        </ul>
      ) : null}
    </section>
  )
}
