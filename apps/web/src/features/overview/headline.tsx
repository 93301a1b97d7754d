"use client"
import type { HostLiveMessage, OverprovisioningNow } from "@plimsoll/server/contract"
import { Plus } from "lucide-react"
import Link from "next/link"
import { useTranslations } from "use-intl"
import { buttonClass } from "@/components/controls/button"
import { PeakAndRisk, PlansThatFit } from "@/components/overprovisioning/load-line-sentence"
import { useFormat } from "@/lib/use-format"
import type { Sold } from "./sold"

interface HeadlineProps {
  live: HostLiveMessage
  sold: Sold | null
  /** The load line, plans of tenants included; `undefined`: not known yet, or not for this role. */
  line: OverprovisioningNow | undefined
  hostname: string | null
}

/** The sentence that matters, and what it rests on: what is used now, and the peak that is expected. */
export function Headline({ live, sold, line, hostname }: HeadlineProps) {
  const t = useTranslations("overview")
  const format = useFormat()
  const { totalBytes, usedBytes } = live.memory
  const memory = line?.resources.find(({ resource }) => resource === "memory")
  const soldBytes = memory?.sold ?? sold?.memoryBytes ?? 0
  const ofBytes = memory?.allocatable ?? totalBytes
  const facts = {
    used: format.bytes(usedBytes),
    capacity: format.bytes(totalBytes),
    share: format.percent(totalBytes === 0 ? null : usedBytes / totalBytes),
    byContainers: format.bytes(sold?.usedBytes),
    running: sold?.running ?? 0,
  }
  const nothing = sold === null || (sold.containers === 0 && soldBytes === 0)
  return (
    <div className="flex flex-wrap items-end justify-between gap-x-8 gap-y-3 pt-1">
      <div className="min-w-0">
        <h1 className="max-w-[42em] font-semibold text-3xl tracking-tight max-sm:text-2xl">
          {nothing || ofBytes === 0
            ? t("nothingSold", { capacity: facts.capacity, host: hostname ?? t("thisMachine") })
            : soldBytes === 0
              ? t("nothingLimited", { count: sold.containers })
              : t("sold", { times: format.times(soldBytes / ofBytes) })}{" "}
          {line === undefined ? null : <PlansThatFit now={line} />}
        </h1>
        <p className="mt-1 max-w-[120ch] text-mute">
          {nothing || sold.running === 0 ? t("usedNow", facts) : t("usedNowBy", facts)}
          {sold !== null && sold.withoutMemoryLimit > 0 ? ` ${t("withoutLimit", { count: sold.withoutMemoryLimit })}` : ""}{" "}
          {line === undefined ? null : <PeakAndRisk now={line} />}
        </p>
      </div>
      {nothing ? (
        <Link href="/containers/new" className={buttonClass({ variant: "primary" })}>
          <Plus aria-hidden className="size-3.5" />
          {t("createFirst")}
        </Link>
      ) : null}
    </div>
  )
}
