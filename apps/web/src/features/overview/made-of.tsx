"use client"
import type { HostLiveMessage } from "@plimsoll/server/contract"
import type { ReactNode } from "react"
import { useTranslations } from "use-intl"
import { Panel } from "@/components/controls/panel"
import { useFormat } from "@/lib/use-format"
import type { Sold } from "./sold"

/** The figures behind the hull. */
export function MadeOf({ live, sold }: { live: HostLiveMessage; sold: Sold | null }) {
  const t = useTranslations("overview")
  const format = useFormat()
  const { totalBytes, usedBytes, availableBytes, cachedBytes } = live.memory
  const share = (bytes: number) => format.percent(totalBytes === 0 ? null : bytes / totalBytes)
  return (
    <Panel title={t("madeOf")} aside={t("now")}>
      <dl className="flex flex-col gap-1.5 px-4 pb-4">
        <Fact name={t("capacity")} value={format.bytes(totalBytes)} />
        <Fact name={t("used")} value={format.bytes(usedBytes)} note={share(usedBytes)} />
        {sold === null ? null : (
          <Fact name={t("usedByContainers")} value={format.bytes(sold.usedBytes)} note={share(sold.usedBytes)} inset />
        )}
        {sold === null ? null : (
          <Fact
            name={t("usedByHost")}
            value={format.bytes(Math.max(0, usedBytes - sold.usedBytes))}
            note={share(Math.max(0, usedBytes - sold.usedBytes))}
            inset
          />
        )}
        <Fact name={t("cache")} value={format.bytes(cachedBytes)} note={share(cachedBytes)} />
        <Fact name={t("available")} value={format.bytes(availableBytes)} note={share(availableBytes)} />
        {sold === null ? null : (
          <Fact
            name={t("soldFact")}
            value={format.bytes(sold.memoryBytes)}
            note={`${format.times(totalBytes === 0 ? null : sold.memoryBytes / totalBytes)}×`}
          />
        )}
        {live.swap.totalBytes > 0 ? (
          <Fact
            name={t("swap", { total: format.bytes(live.swap.totalBytes) })}
            value={format.bytes(live.swap.usedBytes)}
            note={format.percent(live.swap.usedBytes / live.swap.totalBytes)}
          />
        ) : (
          <Fact name={t("swapNone")} value={<span className="text-faint">{t("none")}</span>} />
        )}
        {live.pressure.memory ? (
          <Fact name={t("pressure")} value={format.percent(live.pressure.memory.some.avg60 / 100)} note={t("lastMinute")} />
        ) : null}
      </dl>
    </Panel>
  )
}

function Fact({ name, value, note, inset = false }: { name: ReactNode; value: ReactNode; note?: ReactNode; inset?: boolean }) {
  return (
    <div className="grid grid-cols-[minmax(0,1fr)_auto_3.6rem] items-baseline gap-2">
      <dt className={inset ? "truncate pl-4 text-faint" : "truncate text-mute"}>{name}</dt>
      <dd className={inset ? "text-right text-mute" : "text-right font-medium"}>{value}</dd>
      <dd className="whitespace-nowrap text-right text-faint text-sm">{note}</dd>
    </div>
  )
}
