"use client"
import { useTranslations } from "use-intl"
import { useFormat } from "@/lib/use-format"
import type { CapacityReport } from "./read-report"
import { ReportSection } from "./report-section"
import { summariseHistory } from "./summarise-history"

const GAPS_SHOWN = 20

/** When nothing was measured. Those of memory stand for all: one recorder writes them all in the same second. */
export function GapsSection({ report: { fine, from, to } }: { report: CapacityReport }) {
  const t = useTranslations("capacityReport.gaps")
  const format = useFormat()
  const { since, gaps } = summariseHistory(fine, to)
  const finest = format.duration(2 * fine.stepMs)
  return (
    <ReportSection title={t("title")}>
      {since === null ? <p>{t("nothing")}</p> : since - from > fine.stepMs ? <p>{t("since", { time: format.dateTime(since) })}</p> : null}
      {since !== null && gaps.length === 0 ? <p>{t("none", { finest })}</p> : null}
      {gaps.length === 0 ? null : (
        <>
          <ul className="list-disc pl-5">
            {gaps.slice(-GAPS_SHOWN).map((gap) => (
              <li key={gap.from}>
                {t("gap", { from: format.dateTime(gap.from), to: format.dateTime(gap.to), duration: format.duration(gap.to - gap.from) })}
              </li>
            ))}
          </ul>
          <p className="text-mute">
            {gaps.length > GAPS_SHOWN ? `${t("earlier", { count: gaps.length - GAPS_SHOWN })} ` : null}
            {t("finest", { finest })}
          </p>
        </>
      )}
      {fine.marks.map(({ at, deltaMs }) => (
        <p key={at}>{t(deltaMs < 0 ? "clockBack" : "clockAhead", { time: format.dateTime(at), by: format.duration(Math.abs(deltaMs)) })}</p>
      ))}
    </ReportSection>
  )
}
