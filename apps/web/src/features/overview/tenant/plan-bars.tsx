"use client"
import type { Tenant } from "@plimsoll/server/contract"
import { useTranslations } from "use-intl"
import { Panel } from "@/components/controls/panel"
import { useFormat } from "@/lib/use-format"
import { ResourceBar } from "../resource-bar"

/** Memory of all containers together, against what the plan gives them. */
export function MemoryUse({ tenant: { plan, guaranteed, used } }: { tenant: Tenant }) {
  const t = useTranslations("tenantView")
  const format = useFormat()
  return (
    <PlanBar
      title={t("memory")}
      used={used.memoryBytes}
      limit={plan?.terms.memoryMaxBytes ?? null}
      write={format.bytes}
      note={guaranteed === null || guaranteed.memoryBytes === 0 ? null : t("guaranteed", { value: format.bytes(guaranteed.memoryBytes) })}
    />
  )
}

/** Processor time now. */
export function CpuUse({ tenant: { plan, guaranteed, used } }: { tenant: Tenant }) {
  const t = useTranslations("tenantView")
  const format = useFormat()
  return (
    <PlanBar
      title={t("cpu")}
      used={used.cpuCores}
      limit={plan?.terms.cpuMaxCores ?? null}
      write={format.cores}
      note={guaranteed === null || guaranteed.cpuCores === 0 ? null : t("guaranteed", { value: format.cores(guaranteed.cpuCores) })}
    />
  )
}

/** Disk: what is promised to disks and volumes, which is what the plan counts, and what of it is really taken. */
export function DiskUse({ tenant: { plan, promisedDiskBytes, used } }: { tenant: Tenant }) {
  const t = useTranslations("tenantView")
  const format = useFormat()
  return (
    <PlanBar
      title={t("disk")}
      used={promisedDiskBytes}
      // A plan with 0 does not bound disks.
      limit={plan?.terms.diskBytes || null}
      write={format.bytes}
      note={t("diskTaken", { size: format.bytes(used.diskBytes) })}
    />
  )
}

interface PlanBarProps {
  title: string
  used: number
  /** `null`: without a plan there is none. */
  limit: number | null
  write: (value: number) => string
  note: string | null
}

function PlanBar({ title, used, limit, write, note }: PlanBarProps) {
  const t = useTranslations("tenantView")
  const format = useFormat()
  const share = limit === null ? null : limit === 0 ? 0 : used / limit
  const caption = limit === null ? t("usedNoLimit", { used: write(used) }) : t("usedOf", { used: write(used), limit: write(limit) })
  return (
    <Panel title={title} aside={share === null ? null : format.percent(share)}>
      <ResourceBar label={`${title}: ${caption}`} share={share} caption={caption} note={note} remark={null} />
    </Panel>
  )
}
