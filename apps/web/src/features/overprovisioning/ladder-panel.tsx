"use client"
import type { LadderNow } from "@plimsoll/server/contract"
import { useTranslations } from "use-intl"
import { Panel } from "@/components/controls/panel"
import { useShortageText, useStepText } from "@/components/overprovisioning/use-ladder-reasons"
import { useFormat } from "@/lib/use-format"
import { Sleepers } from "./sleepers"

/** Where the ladder stands, who sleeps, and what it did last. */
export function LadderPanel({ ladder }: { ladder: LadderNow }) {
  const t = useTranslations("ladder")
  const format = useFormat()
  const stepText = useStepText()
  const shortageText = useShortageText()
  return (
    <div className="grid gap-4 lg:grid-cols-2">
      <div className="flex flex-col gap-4">
        <Sleepers
          title={t("napping")}
          none={t("noNapping")}
          rows={ladder.napping}
          told={({ gaveBackBytes, since }) => t("gaveBack", { size: format.bytes(gaveBackBytes), time: format.time(since) })}
        />
        <Sleepers
          title={t("hibernating")}
          none={t("noHibernating")}
          rows={ladder.hibernating}
          told={({ gaveBackBytes, imageBytes, since }) =>
            t("gaveBackToDisk", { size: format.bytes(gaveBackBytes), disk: format.bytes(imageBytes), time: format.dateTime(since) })
          }
        />
      </div>
      <Panel title={t("title")} aside={t(`mode.${ladder.settings.mode}`)}>
        <p className="px-4 pb-2">
          {ladder.rung === null || ladder.since === null
            ? t("calm")
            : t("at", { rung: t(`rung.${ladder.rung}`), time: format.dateTime(ladder.since) })}{" "}
          <span className="text-mute">{ladder.shortage === null ? ladder.why : shortageText(ladder.shortage)}</span>
        </p>
        <h3 className="border-line border-t px-4 pt-2 font-medium text-mute text-sm">{t("steps")}</h3>
        <ol className="max-h-80 overflow-y-auto pb-2">
          {ladder.steps.length === 0 ? <li className="px-4 py-1.5 text-mute">{t("noSteps")}</li> : null}
          {ladder.steps.map((step, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: two steps may be the same in all they say.
            <li key={`${step.at} ${index}`} className="grid grid-cols-[6rem_1fr] px-4 py-1.5">
              <time dateTime={new Date(step.at).toISOString()} className="text-mute">
                {format.time(step.at)}
              </time>
              <span className="min-w-0">
                <b className="font-medium">{t(`rung.${step.rung}`)}</b> {step.subject?.name ?? t("host")} ·{" "}
                <span className={step.result === "failed" ? "text-bad-ink" : "text-mute"}>{t(`result.${step.result}`)}</span>
                <span className="block break-words text-mute">{stepText(step)}</span>
              </span>
            </li>
          ))}
        </ol>
      </Panel>
    </div>
  )
}
