"use client"
import type { EventRecord } from "@plimsoll/server/contract"
import { useTranslations } from "use-intl"
import { Table, Td, Th } from "@/components/controls/table"
import { useIncidentReason } from "@/components/events/use-incident-reason"
import { useFormat } from "@/lib/use-format"
import { countIncidents, countSteps } from "./count-steps"
import type { CapacityReport } from "./read-report"
import { ReportSection } from "./report-section"

const INCIDENTS_SHOWN = 15
const kinds = ["use", "pressure", "oom", "capacity"] as const

/** What went wrong in the period, and what the ladder did about it. */
export function EventsSection({ report: { incidents, ladder } }: { report: CapacityReport }) {
  const t = useTranslations("capacityReport")
  const rungs = useTranslations("ladder")
  const format = useFormat()
  return (
    <>
      <ReportSection title={t("incidents.title")}>
        <Incidents events={incidents.events} />
        {incidents.complete ? null : <p className="text-warn-ink">{t("incomplete", { count: incidents.events.length })}</p>}
      </ReportSection>
      <ReportSection title={t("ladder.title")}>
        <Table flat label={t("ladder.title")}>
          <thead>
            <tr>
              <Th>{t("ladder.rung")}</Th>
              {(["done", "advised", "failed", "gaveBack"] as const).map((column) => (
                <Th key={column} numeric>
                  {t(`ladder.${column}`)}
                </Th>
              ))}
            </tr>
          </thead>
          <tbody>
            {countSteps(ladder.events).map(({ rung, done, advised, failed, gaveBackBytes }) => (
              <tr key={rung} className="border-line not-last:border-b">
                <th scope="row" className="px-3 font-normal">
                  {rungs(`rung.${rung}`)}
                </th>
                <Td numeric>{format.count(done)}</Td>
                <Td numeric>{format.count(advised)}</Td>
                <Td numeric>{format.count(failed)}</Td>
                <Td numeric>{format.bytes(gaveBackBytes)}</Td>
              </tr>
            ))}
          </tbody>
        </Table>
        {ladder.complete ? null : <p className="text-warn-ink">{t("incomplete", { count: ladder.events.length })}</p>}
      </ReportSection>
    </>
  )
}

function Incidents({ events }: { events: readonly EventRecord[] }) {
  const t = useTranslations("capacityReport.incidents")
  const format = useFormat()
  const reasonText = useIncidentReason()
  if (events.length === 0) return <p>{t("none")}</p>
  const counts = countIncidents(events)
  const shown = events.slice(0, INCIDENTS_SHOWN)
  return (
    <>
      <p>
        {kinds
          .flatMap((kind) => {
            const count = counts.find((each) => each.kind === kind)?.count ?? 0
            return count === 0 ? [] : [t(kind, { count })]
          })
          .join(" · ")}
      </p>
      <ol className="mt-1">
        {shown.map(({ cursor, at, attributes }) => (
          <li key={cursor} className="grid break-inside-avoid grid-cols-[14rem_1fr] gap-2 max-sm:grid-cols-1 print:grid-cols-[14rem_1fr]">
            <span className="text-mute">{format.dateTime(at)}</span>
            <span className="min-w-0 break-words">{reasonText(attributes)}</span>
          </li>
        ))}
      </ol>
      {events.length > shown.length ? <p className="text-mute">{t("older", { count: events.length - shown.length })}</p> : null}
    </>
  )
}
