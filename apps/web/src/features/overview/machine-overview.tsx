"use client"
import { localHost } from "@plimsoll/server/contract"
import { useQuery } from "@tanstack/react-query"
import { useMemo } from "react"
import { useTranslations } from "use-intl"
import { ErrorState } from "@/components/controls/error-state"
import { Panel } from "@/components/controls/panel"
import { Skeleton } from "@/components/controls/skeleton"
import { EngineUnavailable } from "@/components/engine-unavailable"
import { useOverprovisioningNow } from "@/components/overprovisioning/use-overprovisioning-now"
import { useContainersLive, useHostLive } from "@/lib/live"
import { useTRPC } from "@/lib/trpc"
import { useFormat } from "@/lib/use-format"
import { Abilities } from "./abilities"
import { ByState } from "./by-state"
import { Headline } from "./headline"
import { Hull } from "./hull"
import { LatestEvents } from "./latest-events"
import { LoadLineOverview } from "./load-line-overview"
import { MadeOf } from "./made-of"
import { MemoryHistory } from "./memory-history"
import { CpuMini, DiskMini } from "./minis"
import { OtherHosts } from "./other-hosts"
import { sumSold } from "./sold"
import { TopConsumers } from "./top-consumers"

/** The machine at one glance: what it has, what is used, what was sold, and who takes it. */
export function MachineOverview() {
  const t = useTranslations("overview")
  const format = useFormat()
  const info = useQuery(useTRPC().host.info.queryOptions({ host: localHost }, { refetchInterval: 60_000 }))
  const { data: live, error: liveError } = useHostLive()
  const { data: containers } = useContainersLive()
  const { now: line } = useOverprovisioningNow()
  const own = useMemo(() => containers?.rows.filter((row) => row.host === localHost), [containers])
  const sold = useMemo(() => (own === undefined ? null : sumSold(own)), [own])

  if (live === undefined) {
    if (liveError !== null && info.data === undefined) return <ErrorState error={liveError} title={t("unavailable")} />
    return <OverviewSkeleton label={t("loading")} />
  }

  return (
    <div className="flex flex-col gap-4">
      {info.data?.status === "unavailable" ? <EngineUnavailable info={info.data} /> : null}
      <Headline live={live} sold={sold} line={line} hostname={info.data?.hostname ?? null} />
      <OtherHosts />
      <LoadLineOverview />
      <div className="grid gap-4 xl:grid-cols-[minmax(0,1fr)_340px]">
        <Panel
          title={t("memory")}
          aside={
            sold === null ? null : t("soldOf", { sold: format.bytes(sold.memoryBytes), capacity: format.bytes(live.memory.totalBytes) })
          }
          className="min-h-96"
        >
          <Legend capacity={format.bytes(live.memory.totalBytes)} />
          <Hull
            capacityBytes={live.memory.totalBytes}
            usedBytes={live.memory.usedBytes}
            cachedBytes={live.memory.cachedBytes}
            soldBytes={sold?.memoryBytes ?? 0}
            cargo={sold?.cargo ?? []}
          />
        </Panel>
        <div className="grid content-start gap-4 max-xl:sm:grid-cols-2">
          <MadeOf live={live} sold={sold} />
          <LatestEvents host={localHost} />
        </div>
      </div>
      <div className="grid gap-4 md:grid-cols-2 xl:grid-cols-3">
        <CpuMini live={live} sold={sold} />
        <DiskMini live={live} />
        <MemoryHistory capacityBytes={live.memory.totalBytes} className="md:max-xl:col-span-2" />
      </div>
      <div className="grid gap-4 md:grid-cols-2 xl:grid-cols-4">
        <ByState counts={live.counts} napping={own?.filter((row) => row.nap !== undefined).length ?? 0} />
        <TopConsumers kind="cpu" consumers={live.top.cpu} total={live.cpu.cores} />
        <TopConsumers kind="memory" consumers={live.top.memory} total={live.memory.totalBytes} />
        <Abilities info={info.data} />
      </div>
    </div>
  )
}

function Legend({ capacity }: { capacity: string }) {
  const t = useTranslations("overview")
  const swatch = "inline-block h-3 w-3.5 shrink-0 rounded-sm border"
  return (
    <ul className="flex flex-wrap gap-x-4 gap-y-1 px-4 text-mute text-sm">
      <li>{t("legendRow", { capacity })}</li>
      <li className="flex items-center gap-1.5">
        <span aria-hidden className={`${swatch} border-run bg-linear-to-t from-45% from-run to-45% to-run/20`} />
        {t("legendRunning")}
      </li>
      <li className="flex items-center gap-1.5">
        <span aria-hidden className={`${swatch} border-sleep bg-sleep/40`} />
        {t("legendPaused")}
      </li>
      <li className="flex items-center gap-1.5">
        <span aria-hidden className={`${swatch} border-line-strong border-dashed`} />
        {t("legendStopped")}
      </li>
    </ul>
  )
}

function OverviewSkeleton({ label }: { label: string }) {
  return (
    <div role="status" aria-label={label} className="flex flex-col gap-4 pt-2">
      <Skeleton className="h-9 w-2/3" />
      <Skeleton className="h-4 w-1/2" />
      <div className="grid gap-4 xl:grid-cols-[minmax(0,1fr)_340px]">
        <Skeleton className="h-110 rounded-panel" />
        <Skeleton className="h-110 rounded-panel" />
      </div>
    </div>
  )
}
