"use client"
import type { Tenant } from "@plimsoll/server/contract"
import { useTranslations } from "use-intl"
import { Meter } from "@/components/controls/meter"
import { Panel } from "@/components/controls/panel"
import type { Format } from "@/lib/format"
import { useFormat } from "@/lib/use-format"
import { type PlanResource, type PlanUse, planUse, shareOf } from "../plan-use"

/** What the plan allows, and how much of it is taken, a meter each. */
export function PlanUsePanel({ tenant }: { tenant: Tenant }) {
  const t = useTranslations("tenants")
  const format = useFormat()
  const { plan, guaranteed, used, counts } = tenant
  const more: Partial<Record<PlanResource, string>> = {
    ...(guaranteed && {
      memory: t("guaranteed", { value: format.bytes(guaranteed.memoryBytes) }),
      cpu: t("guaranteed", { value: format.cores(guaranteed.cpuCores) }),
    }),
    disk: t("diskUsed", { size: format.bytes(used.diskBytes) }),
    containers: t("running", { count: counts.runningContainers }),
  }
  return (
    <Panel
      title={plan === null ? t("useWithoutPlan") : t("useOfPlan", { plan: plan.name })}
      aside={t("members", { count: counts.members })}
    >
      <dl className="grid grid-cols-2 gap-x-6 gap-y-4 px-4 pt-1 pb-4 max-sm:grid-cols-1 lg:grid-cols-3 2xl:grid-cols-5">
        {planUse(tenant).map((use) => (
          <Use key={use.resource} use={use} more={more[use.resource]} />
        ))}
      </dl>
    </Panel>
  )
}

function Use({ use, more }: { use: PlanUse; more: string | undefined }) {
  const t = useTranslations("tenants")
  const format = useFormat()
  const write = writer(use.resource, format)
  const share = shareOf(use)
  const name = t(`resource.${use.resource}`)
  return (
    <div className="min-w-0">
      <dt className="text-mute text-sm first-letter:uppercase">{name}</dt>
      <dd>
        <span className="font-medium">{write(use.used)}</span>
        <span className="text-mute"> / {use.limit === null ? t("noLimit") : write(use.limit)}</span>
        {share === null ? null : (
          <Meter
            className="mt-1 block! w-full!"
            value={share}
            label={t("shareTaken", { resource: name, percent: format.percent(share) })}
          />
        )}
        <span className="mt-1 block min-h-4.25 text-mute text-sm">{more}</span>
      </dd>
    </div>
  )
}

function writer(resource: PlanResource, format: Format): (value: number) => string {
  switch (resource) {
    case "memory":
    case "disk":
      return format.bytes
    case "cpu":
      return format.cores
    default:
      return format.count
  }
}
