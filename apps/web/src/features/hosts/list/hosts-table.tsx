"use client"
import { type HostSummary, localHost } from "@plimsoll/server/contract"
import Link from "next/link"
import { useTranslations } from "use-intl"
import { Table, Td, Th, Tr } from "@/components/controls/table"
import { HostStatus } from "@/components/hosts/host-status"
import { cn } from "@/lib/cn"
import { containersOf, isAway } from "@/lib/hosts"
import { useFormat } from "@/lib/use-format"
import { HostMenu } from "../dialogs/host-menu"
import { useEngineName } from "../use-engine-name"
import { AbilitiesSummary } from "./abilities-summary"

/** All hosts, a line each. Of one that is away the last known figures, in grey, with the reason. */
export function HostsTable({ hosts }: { hosts: readonly HostSummary[] }) {
  const t = useTranslations("hosts")
  return (
    <Table label={t("title")}>
      <thead>
        <tr>
          <Th className="max-sm:px-2">{t("column.name")}</Th>
          <Th className="max-sm:px-2">{t("column.status")}</Th>
          <Th className="max-md:hidden">{t("column.engine")}</Th>
          <Th numeric className="max-sm:px-2">
            {t("column.containers")}
          </Th>
          <Th numeric className="max-lg:hidden">
            {t("column.cpus")}
          </Th>
          <Th numeric className="max-lg:hidden">
            {t("column.memory")}
          </Th>
          <Th className="max-xl:hidden">{t("column.abilities")}</Th>
          <Th>
            <span className="sr-only">{t("column.actions")}</span>
          </Th>
        </tr>
      </thead>
      <tbody>
        {hosts.map((host) => (
          <HostRow key={host.id} host={host} />
        ))}
      </tbody>
    </Table>
  )
}

function HostRow({ host }: { host: HostSummary }) {
  const t = useTranslations("hosts")
  const format = useFormat()
  const engineName = useEngineName()
  const { running, total } = containersOf(host)
  const away = isAway(host)
  const { info } = host
  return (
    <Tr className={cn("align-top", away && "text-mute")}>
      <Td className="min-w-28 max-w-72 max-sm:px-2">
        <Link href={`/hosts/${encodeURIComponent(host.id)}`} prefetch={false} className="rounded font-medium hover:underline">
          {host.name}
        </Link>
        <span className="block break-all text-mute text-sm">{host.id === localHost ? t("thisMachine") : <code>{host.endpoint}</code>}</span>
      </Td>
      <Td className="max-w-96 max-sm:px-2">
        <HostStatus host={host} />
        {away && host.reason ? <span className="block text-mute text-sm max-sm:hidden">{host.reason}</span> : null}
      </Td>
      <Td className="max-md:hidden">
        {engineName(host)}
        {info === null ? null : (
          <span className="block text-mute text-sm">
            {info.operatingSystem} · {info.architecture}
          </span>
        )}
      </Td>
      <Td numeric className="max-sm:px-2">
        <Link
          href={`/containers?host=${encodeURIComponent(host.id)}`}
          prefetch={false}
          className="inline-block min-w-6 rounded leading-6 underline decoration-line-strong hover:decoration-ink"
        >
          {format.count(running)} / {format.count(total)}
          <span className="sr-only"> {t("containersThere", { name: host.name })}</span>
        </Link>
      </Td>
      <Td numeric className="max-lg:hidden">
        {format.cores(info?.cpuCount)}
      </Td>
      <Td numeric className="max-lg:hidden">
        {format.bytes(info?.memoryBytes)}
      </Td>
      <Td className="max-w-80 max-xl:hidden">{info === null ? null : <AbilitiesSummary host={host} info={info} />}</Td>
      <Td className="w-10 pr-2 max-sm:pl-0">
        <HostMenu host={host} />
      </Td>
    </Tr>
  )
}
