"use client"
import type { ResourceLine } from "@plimsoll/server/contract"
import { useTranslations } from "use-intl"
import { useFormat } from "@/lib/use-format"
import { amount } from "./amount"
import { Meaning } from "./meaning"

/** `Predicted peak 12.3 GiB = seen 9.1 GiB + scatter 2.0 GiB …`: a prediction as the sum that it is. Parts of nothing are left out. */
export function PredictedParts({ line }: { line: ResourceLine }) {
  const t = useTranslations("overprovisioning")
  const format = useFormat()
  const parts = line.predictedParts.filter(({ amount: part }) => part !== 0)
  return (
    <p>
      {t("parts.peak", { amount: amount(format, line.resource, line.predictedPeak) })}
      {parts.map(({ name, amount: part, sales }, index) => (
        <span key={name}>
          {" "}
          {part < 0 ? "−" : index === 0 ? "=" : "+"} <Meaning of={t(`parts.meaning.${name}`, { sales })}>{t(`parts.name.${name}`)}</Meaning>{" "}
          <span className="whitespace-nowrap font-medium">{amount(format, line.resource, Math.abs(part))}</span>
        </span>
      ))}
      .
    </p>
  )
}
