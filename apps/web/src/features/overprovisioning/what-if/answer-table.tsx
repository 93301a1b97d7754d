"use client"
import type { WhatIf, WhatIfResource } from "@plimsoll/server/contract"
import { useTranslations } from "use-intl"
import { Table, Td, Th } from "@/components/controls/table"
import { amount } from "@/components/overprovisioning/amount"
import { useFormat } from "@/lib/use-format"

interface AnswerTableProps {
  resource: WhatIfResource
  now: WhatIf
  /** Absent: nothing else is asked. */
  asked?: WhatIf | undefined
}

/** What came of it, as it holds now and with the terms that are asked. */
export function AnswerTable({ resource, now, asked }: AnswerTableProps) {
  const t = useTranslations("whatIf.answer")
  const format = useFormat()
  const columns = asked === undefined ? [now] : [now, asked]
  const never = (share: number) => (share === 0 ? t("never") : share < 0.001 ? `<${format.percent(0.001)}` : format.percent(share))
  const rows: {
    key: "admitted" | "refused" | "sold" | "allocatable" | "exhausted" | "overshoot" | "nap"
    of: (answer: WhatIf) => string
  }[] = [
    { key: "admitted", of: ({ admitted }) => format.count(admitted) },
    { key: "refused", of: ({ refused }) => format.count(refused) },
    { key: "sold", of: ({ sold }) => `${format.times(sold)}×` },
    { key: "allocatable", of: ({ allocatable }) => amount(format, resource, allocatable) },
    { key: "exhausted", of: ({ exhaustedShare }) => never(exhaustedShare) },
    { key: "overshoot", of: ({ worstOvershoot }) => never(worstOvershoot) },
    { key: "nap", of: ({ wouldNap }) => format.count(wouldNap) },
  ]
  return (
    <Table flat label={t("label")}>
      <thead>
        <tr>
          <Th>{t("figure")}</Th>
          <Th numeric>{t("now")}</Th>
          {asked === undefined ? null : <Th numeric>{t("asked")}</Th>}
        </tr>
      </thead>
      <tbody>
        {rows.map(({ key, of }) => (
          <tr key={key}>
            <th scope="row" className="px-3 py-1 font-normal">
              {t(key)}
            </th>
            {columns.map((answer, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: two columns that never change places.
              <Td key={index} numeric>
                {of(answer)}
              </Td>
            ))}
          </tr>
        ))}
      </tbody>
    </Table>
  )
}
