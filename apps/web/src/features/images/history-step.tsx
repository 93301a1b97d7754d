"use client"
import type { ImageInspect } from "@plimsoll/server/contract"
import { useTranslations } from "use-intl"
import { useFormat } from "@/lib/use-format"

/** One step by which the image was made. */
export function HistoryStep({ step }: { step: ImageInspect["history"][number] }) {
  const t = useTranslations("images")
  const format = useFormat()
  return (
    <li className="flex items-baseline gap-3 border-line border-t px-4 py-1.5 first:border-t-0">
      <code className="min-w-0 flex-1 break-words text-sm">{step.createdBy ?? step.comment ?? t("unknownStep")}</code>
      <span className="whitespace-nowrap text-mute text-sm">{step.emptyLayer ? t("noFiles") : format.bytes(step.sizeBytes)}</span>
    </li>
  )
}
