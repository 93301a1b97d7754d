"use client"
import type { TopConsumer } from "@plimsoll/server/contract"
import Link from "next/link"
import { useTranslations } from "use-intl"
import { Panel } from "@/components/controls/panel"
import { useFormat } from "@/lib/use-format"

/** Who takes the most now, against its limit or, without one, against the machine. */
export function TopConsumers({ kind, consumers, total }: { kind: "cpu" | "memory"; consumers: readonly TopConsumer[]; total: number }) {
  const t = useTranslations("overview")
  const format = useFormat()
  const write = kind === "cpu" ? format.cores : format.bytes
  return (
    <Panel title={t(kind === "cpu" ? "topCpu" : "topMemory")} aside={t("now")}>
      {consumers.length === 0 ? <p className="px-4 pb-4 text-mute">{t("nobody")}</p> : null}
      <ol className="pb-2">
        {consumers.map((each) => {
          const share = Math.min(1, each.value / Math.max(Number.MIN_VALUE, each.limit ?? total))
          return (
            <li key={each.id}>
              <Link href={`/containers/${encodeURIComponent(each.name)}`} prefetch={false} className="block px-4 py-1.5 hover:bg-hover">
                <span className="flex items-baseline justify-between gap-3">
                  <span className="truncate">{each.name}</span>
                  <span className="whitespace-nowrap font-medium">
                    {write(each.value)}
                    {each.limit === null ? null : <span className="font-normal text-faint text-sm"> / {write(each.limit)}</span>}
                  </span>
                </span>
                <span aria-hidden className="mt-1 block h-1 overflow-hidden rounded-full bg-hull">
                  <span
                    className={`block h-full rounded-full transition-[width] duration-700 ${each.limit !== null && share >= 0.95 ? "bg-load" : "bg-series1"}`}
                    style={{ width: `${share * 100}%` }}
                  />
                </span>
              </Link>
            </li>
          )
        })}
      </ol>
    </Panel>
  )
}
