"use client"
import type { LadderNow } from "@plimsoll/server/contract"
import { useMutation } from "@tanstack/react-query"
import { Sunrise } from "lucide-react"
import Link from "next/link"
import { useTranslations } from "use-intl"
import { Button } from "@/components/controls/button"
import { ErrorState } from "@/components/controls/error-state"
import { Panel } from "@/components/controls/panel"
import { useShortageText, useStepText } from "@/components/overprovisioning/use-ladder-reasons"
import { useMay } from "@/lib/session"
import { useTRPC } from "@/lib/trpc"
import { useFormat } from "@/lib/use-format"

/** Where the ladder stands, whom it sent to sleep, and what it did last. */
export function LadderPanel({ ladder }: { ladder: LadderNow }) {
  const t = useTranslations("ladder")
  const format = useFormat()
  const stepText = useStepText()
  const shortageText = useShortageText()
  const may = useMay()
  const trpc = useTRPC()
  const wake = useMutation(trpc.containers.bulk.mutationOptions())
  const failed = wake.data?.failed[0]
  /** Until the next message no longer has it. */
  const isWaking = (id: string, since: number) =>
    (wake.isPending || (wake.isSuccess && failed === undefined)) && wake.variables.ids.includes(id) && since < wake.submittedAt
  return (
    <div className="grid gap-4 lg:grid-cols-2">
      <Panel title={t("napping")} aside={format.count(ladder.napping.length)}>
        {wake.error !== null ? <ErrorState error={wake.error} compact className="mx-4 mb-3" /> : null}
        {failed !== undefined ? (
          <p role="alert" className="px-4 pb-2 text-bad-ink">
            {failed.message}
          </p>
        ) : null}
        <ul className="pb-2">
          {ladder.napping.length === 0 ? <li className="px-4 pb-2 text-mute">{t("noNapping")}</li> : null}
          {ladder.napping.map(({ id, name, tenant, since, gaveBackBytes }) => (
            <li key={id} className="flex items-center gap-3 px-4 py-1.5">
              <span className="min-w-0 flex-1">
                <Link href={`/containers/${encodeURIComponent(name)}`} className="font-medium hover:underline">
                  {name}
                </Link>{" "}
                <span className="text-mute">
                  {tenant} · {t("gaveBack", { size: format.bytes(gaveBackBytes), time: format.time(since) })}
                </span>
              </span>
              {may("containers.wake") ? (
                <Button
                  size="sm"
                  busy={isWaking(id, since)}
                  icon={<Sunrise aria-hidden className="size-3" />}
                  onClick={() => wake.mutate({ action: "wake", ids: [id] })}
                >
                  {t("wake", { name })}
                </Button>
              ) : null}
            </li>
          ))}
        </ul>
      </Panel>
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
