"use client"
import type { OverprovisioningNow } from "@plimsoll/server/contract"
import { useTranslations } from "use-intl"
import { Panel } from "@/components/controls/panel"
import { useFormat } from "@/lib/use-format"
import { amount } from "./amount"
import { CrossSection } from "./cross-section"
import { Meaning } from "./meaning"

/** A hull for each resource that has a prediction, with its figures beneath. */
export function CrossSections({ now }: { now: OverprovisioningNow }) {
  const t = useTranslations("overprovisioning")
  const format = useFormat()
  return (
    <div className="grid gap-4 md:grid-cols-3">
      {now.resources
        .filter(({ resource }) => resource !== "pids")
        .map((line) => {
          const of = (value: number | null) => amount(format, line.resource, value)
          const figures = [
            { name: "used", value: of(line.used), mark: "bg-sea3" },
            { name: "peak", value: of(line.predictedPeak), mark: "border-sleep border-t-2 border-dashed" },
            { name: "sold", value: of(line.sold), mark: "bg-run" },
            { name: "line", value: of(line.loadLine), mark: "bg-load" },
          ] as const
          return (
            <Panel
              key={line.resource}
              title={t(`resource.${line.resource}`)}
              aside={line.allocatable > 0 ? `${format.times(line.sold / line.allocatable)}×` : null}
            >
              <CrossSection line={line} />
              <dl className="grid grid-cols-2 gap-x-4 gap-y-1 px-4 pb-3 text-sm">
                {figures.map(({ name, value, mark }) => (
                  <div key={name} className="flex min-w-0 items-center gap-1.5">
                    <span aria-hidden className={`inline-block h-2 w-3 shrink-0 rounded-sm ${mark}`} />
                    <dt className="text-mute">
                      <Meaning of={t(`meaning.${name}`)}>{t(`legend.${name}`)}</Meaning>
                    </dt>
                    <dd className="ml-auto whitespace-nowrap font-medium">{value}</dd>
                  </div>
                ))}
              </dl>
            </Panel>
          )
        })}
    </div>
  )
}
