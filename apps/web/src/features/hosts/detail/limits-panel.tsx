"use client"
import type { EngineInfo, ResourceLimitName } from "@plimsoll/server/contract"
import { useTranslations } from "use-intl"
import { Panel } from "@/components/controls/panel"
import { StateDot } from "@/components/controls/state-dot"

const names: readonly ResourceLimitName[] = [
  "memoryMaxBytes",
  "memoryHighBytes",
  "memoryLowBytes",
  "memoryMinBytes",
  "swapMaxBytes",
  "cpuMaxCores",
  "cpuWeight",
  "cpusetCpus",
  "cpusetMems",
  "pidsMax",
  "ioWeight",
  "ioDevices",
  "hugetlbMaxBytes",
]

/** Which limits the kernel enforces here. What it cannot is refused, never dropped in silence. */
export function LimitsPanel({ limits }: { limits: EngineInfo["enforceableLimits"] }) {
  const t = useTranslations("host")
  const known = names.flatMap((name) => {
    const limit = limits[name]
    return limit === undefined ? [] : [{ name, ...limit }]
  })
  return (
    <Panel title={t("limits")} aside={t("limitsAside")}>
      <ul>
        {known.map((limit) => (
          <li key={limit.name} className="border-line border-t px-4 py-1.5">
            <p className="flex items-baseline gap-2.5">
              <StateDot state={limit.enforceable ? "running" : "exited"} label={t(limit.enforceable ? "enforced" : "refused")} />
              {t(`limit.${limit.name}`)}
              {limit.enforceable ? null : <span className="ml-auto text-mute text-sm">{t("refused")}</span>}
            </p>
            {limit.enforceable || !limit.reason ? null : <p className="pl-5 text-mute text-sm">{limit.reason}</p>}
          </li>
        ))}
      </ul>
    </Panel>
  )
}
