"use client"
import type { ContainerRow } from "@plimsoll/server/contract"
import Link from "next/link"
import { useTranslations } from "use-intl"
import { ErrorState } from "@/components/controls/error-state"
import { Panel } from "@/components/controls/panel"
import { SkeletonRows } from "@/components/controls/skeleton"
import { StateDot } from "@/components/controls/state-dot"
import { Table, Td, Th, Tr } from "@/components/controls/table"
import { containerHref } from "@/lib/container-href"
import { isUnreachable } from "@/lib/errors"
import { useContainersLive } from "@/lib/live"
import { useFormat } from "@/lib/use-format"

const SHOWN = 8

/** The containers of a tenant that take the most memory, live; the others are behind a link. */
export function TenantContainers({ tenant }: { tenant: string }) {
  const t = useTranslations("tenants.containers")
  const controls = useTranslations("controls")
  const { data, error } = useContainersLive()
  const own = data === undefined ? undefined : [...data.rows].filter((row) => row.tenant === tenant)
  return (
    <Panel
      title={t("title")}
      aside={
        <Link href={`/containers?tenant=${encodeURIComponent(tenant)}`} className="rounded hover:text-ink hover:underline">
          {t("all", { count: own?.length ?? 0 })}
        </Link>
      }
    >
      {error && !(data && isUnreachable(error)) ? (
        <ErrorState error={error} compact className="m-3" />
      ) : own === undefined ? (
        <SkeletonRows rows={3} label={controls("loading")} />
      ) : own.length === 0 ? (
        <p className="px-4 pb-4 text-mute">{t("none")}</p>
      ) : (
        <ContainersTable rows={own.toSorted(byMemory).slice(0, SHOWN)} />
      )}
    </Panel>
  )
}

const byMemory = (a: ContainerRow, b: ContainerRow) =>
  (b.stats?.memoryUsedBytes ?? -1) - (a.stats?.memoryUsedBytes ?? -1) || a.name.localeCompare(b.name)

function ContainersTable({ rows }: { rows: readonly ContainerRow[] }) {
  const t = useTranslations("tenants.containers")
  const states = useTranslations("states")
  const format = useFormat()
  return (
    <Table flat label={t("title")}>
      <thead>
        <tr>
          <Th className="pl-4">{t("name")}</Th>
          <Th>{t("state")}</Th>
          <Th numeric>{t("cpu")}</Th>
          <Th numeric className="pr-4">
            {t("memory")}
          </Th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => {
          const { status } = row.state
          return (
            <Tr key={row.id}>
              <Td className="max-w-48 truncate pl-4">
                <Link href={containerHref(row)} prefetch={false} className="rounded font-medium hover:underline">
                  {row.name}
                </Link>
              </Td>
              <Td>
                <StateDot state={status === "dead" ? "failed" : status}>{states(status)}</StateDot>
              </Td>
              <Td numeric>{row.stats === null ? "–" : format.cores(row.stats.cpuCores)}</Td>
              <Td numeric className="pr-4">
                {row.stats === null ? "–" : format.bytes(row.stats.memoryUsedBytes)}
              </Td>
            </Tr>
          )
        })}
      </tbody>
    </Table>
  )
}
