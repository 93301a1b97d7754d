"use client"
import type { ResourceLine } from "@plimsoll/server/contract"
import { useTranslations } from "use-intl"
import { useFormat } from "@/lib/use-format"
import { amount } from "./amount"
import { sectionGeometry } from "./section-geometry"

const TOP = 40
const DEPTH = 100
const LEFT = 30
const WIDTH = 240

/**
 * One resource as a hull: water is what is used now, the dashed line the predicted peak, the orange mark how far that may
 * rise; the bar on deck is what was sold, with the load line as its end mark.
 */
export function CrossSection({ line }: { line: ResourceLine }) {
  const t = useTranslations("overprovisioning")
  const format = useFormat()
  const { water, peak, theta, sold, line: end } = sectionGeometry(line)
  const y = (share: number) => TOP + DEPTH * (1 - share)
  const clip = `section-${line.resource}`
  const hull = `M${LEFT} ${TOP}h${WIDTH}l-22 ${DEPTH - 16}q-4 16-20 16h${-(WIDTH - 84)}q-16 0-20-16z`
  const of = (value: number | null) => amount(format, line.resource, value)
  return (
    <svg
      role="img"
      aria-label={t("lineLabel", {
        resource: t(`resource.${line.resource}`),
        used: of(line.used),
        peak: of(line.predictedPeak),
        sold: of(line.sold),
        line: of(line.loadLine),
        allocatable: of(line.allocatable),
      })}
      viewBox="0 0 300 150"
      className="block w-full"
    >
      <clipPath id={clip}>
        <path d={hull} />
      </clipPath>
      <path d={hull} fill="var(--hull)" />
      {water === null ? null : <rect clipPath={`url(#${clip})`} x="0" y={y(water)} width="300" height={DEPTH * water} fill="var(--sea1)" />}
      <path d={`M8 ${y(peak)}H292`} stroke="var(--sleep)" strokeWidth="1.5" strokeDasharray="5 4" />
      <g stroke="var(--load)" strokeWidth="2.5" fill="none">
        <path d={`M110 ${y(theta)}h80`} />
        <circle cx="150" cy={y(theta)} r="8" />
      </g>
      <rect x={LEFT} y={TOP - 18} width={WIDTH * sold} height="14" rx="2" fill="var(--run)" opacity=".85" />
      <rect x={LEFT} y={TOP - 18} width={WIDTH} height="14" rx="2" fill="none" stroke="var(--line-strong)" />
      <path d={`M${LEFT + WIDTH * end} ${TOP - 24}v22`} stroke="var(--load)" strokeWidth="3" />
    </svg>
  )
}
