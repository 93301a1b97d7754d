"use client"
import type { EngineInfo } from "@plimsoll/server/contract"
import { OctagonAlert } from "lucide-react"
import Link from "next/link"
import { useTranslations } from "use-intl"
import { Remedy } from "./controls/error-state"

/** The engine cannot run containers here: why, and the command that mends it. */
export function EngineUnavailable({ info }: { info: Pick<EngineInfo, "reason" | "remedy" | "hostname"> }) {
  const t = useTranslations("engine")
  return (
    <section role="alert" className="flex gap-3 rounded-panel border border-bad bg-panel px-4 py-3">
      <OctagonAlert aria-hidden className="mt-0.5 size-4.5 shrink-0 text-bad-ink" />
      <div className="flex min-w-0 flex-1 flex-col gap-1.5">
        <h2 className="font-semibold">{t("unavailable", { host: info.hostname })}</h2>
        {info.reason ? <p className="text-mute">{info.reason}</p> : null}
        {info.remedy ? <Remedy text={info.remedy} /> : null}
        <p className="text-mute">
          {t("afterwards")}{" "}
          <Link href="/hosts/local" className="rounded text-ink underline">
            {t("allAbilities")}
          </Link>
        </p>
      </div>
    </section>
  )
}
