"use client"
import type { Tenant } from "@plimsoll/server/contract"
import Link from "next/link"
import { memo } from "react"
import { useTranslations } from "use-intl"
import { toneInk } from "@/components/controls/badge"
import { Meter } from "@/components/controls/meter"
import { Time } from "@/components/controls/time"
import { TenantStatusLabel } from "@/components/tenants/tenant-status"
import { cn } from "@/lib/cn"
import { useFormat } from "@/lib/use-format"
import type { TenantDialog } from "../dialogs/tenant-dialogs"
import { TenantMenu } from "../dialogs/tenant-menu"
import { headroom, planUse, shareOf } from "../plan-use"
import { tenantHref } from "../tenant-href"

interface TenantTableRowProps {
  tenant: Tenant
  index: number
  height: number
  focused: boolean
  onDialog: (dialog: TenantDialog) => void
}

/** Below this much of it left, the resource that runs out first is said in the colour of the load line. */
const LITTLE = 0.1

/** One tenant. Drawn again only when its own figures moved. */
export const TenantTableRow = memo(function TenantTableRow({ tenant, index, height, focused, onDialog }: TenantTableRowProps) {
  const t = useTranslations("tenants")
  const format = useFormat()
  const { plan, used, counts } = tenant
  const memory = planUse(tenant)[0]
  const memoryShare = memory === undefined ? null : shareOf(memory)
  const room = headroom(tenant)
  return (
    <tr
      aria-rowindex={index}
      style={{ height }}
      className={cn("border-line border-b hover:bg-hover/60", focused && "outline-1 outline-focus -outline-offset-1")}
    >
      <td className="max-w-52 px-3 max-sm:max-w-32 max-sm:px-2">
        <Link href={tenantHref(tenant.name)} prefetch={false} className="block truncate rounded font-medium hover:underline">
          {tenant.title === "" ? tenant.name : tenant.title}
        </Link>
        {tenant.title === "" ? null : <Second>{tenant.name}</Second>}
      </td>
      <td className="px-3 max-sm:px-1">
        <TenantStatusLabel tenant={tenant} brief />
      </td>
      <td className="max-w-32 truncate px-3 max-md:hidden" title={plan?.name}>
        {plan === null ? <span className="text-faint">{t("noPlan")}</span> : plan.name}
      </td>
      <td className="whitespace-nowrap px-3 text-right max-sm:px-1">
        {format.bytes(used.memoryBytes)}
        <span className="text-mute max-sm:hidden"> / {plan === null ? t("noLimit") : format.bytes(plan.terms.memoryMaxBytes)}</span>
        {memoryShare === null ? null : (
          <Meter
            className="mt-0.5 ml-auto block! w-full! max-w-30"
            value={memoryShare}
            label={t("memoryShare", { percent: format.percent(memoryShare) })}
          />
        )}
      </td>
      <td className="whitespace-nowrap px-3 text-right max-md:hidden">
        {format.cores(used.cpuCores)}
        {plan === null ? null : <span className="text-mute"> / {format.number(plan.terms.cpuMaxCores)}</span>}
      </td>
      <td className="whitespace-nowrap px-3 text-right max-lg:hidden">
        {format.bytes(tenant.promisedDiskBytes)}
        <Second>{t("diskUsed", { size: format.bytes(used.diskBytes) })}</Second>
      </td>
      <td className="whitespace-nowrap px-3 text-right max-lg:hidden">
        <Link
          href={`/containers?tenant=${encodeURIComponent(tenant.name)}`}
          prefetch={false}
          className="inline-block min-w-6 rounded leading-6 underline decoration-line-strong hover:decoration-ink"
        >
          {format.count(counts.runningContainers)} / {format.count(counts.containers)}
          <span className="sr-only"> {t("containersOf", { name: tenant.name })}</span>
        </Link>
      </td>
      <td className="whitespace-nowrap px-3 text-right max-xl:hidden">
        {room === null ? (
          <span className="text-faint">{t("noLimit")}</span>
        ) : (
          <>
            <span className={room.left < LITTLE ? toneInk.load : undefined}>{format.percent(room.left)}</span>
            <Second>{t(`resource.${room.resource}`)}</Second>
          </>
        )}
      </td>
      <td className="whitespace-nowrap px-3 text-right text-mute max-2xl:hidden">
        {tenant.lastActivityAt === null ? "–" : <Time at={tenant.lastActivityAt} />}
      </td>
      <td className="pr-2 text-right max-sm:pr-0.5">
        <TenantMenu tenant={tenant} onDialog={onDialog} />
      </td>
    </tr>
  )
})

function Second({ children }: { children: string }) {
  return <span className="block truncate text-mute text-xs leading-3.5">{children}</span>
}
