"use client"
import { localHost, type NetworkSummary, type OnHost } from "@plimsoll/server/contract"
import { useQuery } from "@tanstack/react-query"
import { Network, Plus } from "lucide-react"
import Link from "next/link"
import { parseAsString, useQueryState } from "nuqs"
import { useState } from "react"
import { useTranslations } from "use-intl"
import { Badge } from "@/components/controls/badge"
import { Button } from "@/components/controls/button"
import { EmptyState } from "@/components/controls/empty-state"
import { ErrorState } from "@/components/controls/error-state"
import { PageHeader } from "@/components/controls/page-header"
import { Panel } from "@/components/controls/panel"
import { SkeletonRows } from "@/components/controls/skeleton"
import { Facts, Table, Td, Th, Tr } from "@/components/controls/table"
import { HostFilter } from "@/components/hosts/host-filter"
import { HostLink } from "@/components/hosts/host-link"
import { HostsLeftOut } from "@/components/hosts/hosts-left-out"
import { containerHref } from "@/lib/container-href"
import { offers } from "@/lib/hosts"
import { useHosts } from "@/lib/live"
import { useIsTenant, useMay } from "@/lib/session"
import { useTRPC } from "@/lib/trpc"
import { useFormat } from "@/lib/use-format"
import { CreateNetworkDialog } from "./create-network-dialog"
import { RemoveNetworkButton } from "./remove-network-button"

/** The networks containers can be in, and who is in them at which address. */
export function NetworksPage() {
  const t = useTranslations("networks")
  const controls = useTranslations("controls")
  const [host, setHost] = useQueryState("host", parseAsString.withDefault("").withOptions({ history: "replace" }))
  const { byId, list } = useHosts()
  const [creating, setCreating] = useState(false)
  const create =
    useMay()("networks.create") && list.some((each) => offers(each, "tenant-networks")) ? (
      <Button variant="primary" icon={<Plus aria-hidden className="size-3.5" />} onClick={() => setCreating(true)}>
        {t("create")}
      </Button>
    ) : null
  const networks = useQuery(useTRPC().networks.list.queryOptions({}, { refetchInterval: 10_000 }))
  const nameOf = (network: OnHost<NetworkSummary>) => (network.host === localHost ? "" : (byId.get(network.host)?.name ?? network.host))
  const shown = (networks.data ?? [])
    .filter((network) => host === "" || network.host === host)
    .sort((a, b) => nameOf(a).localeCompare(nameOf(b)) || a.name.localeCompare(b.name))
  return (
    <>
      <PageHeader
        title={t("title")}
        description={t("description")}
        actions={
          <>
            <HostFilter value={host} onValueChange={(next) => void setHost(next === "" ? null : next)} />
            {create}
          </>
        }
      />
      <HostsLeftOut host={host} />
      {networks.error ? (
        <ErrorState error={networks.error} title={t("failed")} onRetry={() => void networks.refetch()} />
      ) : networks.data === undefined ? (
        <Panel>
          <SkeletonRows label={controls("loading")} />
        </Panel>
      ) : shown.length === 0 ? (
        <Panel>
          <EmptyState icon={<Network />} title={t(host === "" ? "empty" : "emptyThere")} />
        </Panel>
      ) : (
        <div className="flex flex-col gap-4">
          {shown.map((network) => (
            <NetworkPanel key={`${network.host}/${network.id}`} network={network} />
          ))}
        </div>
      )}
      <CreateNetworkDialog open={creating} onOpenChange={setCreating} />
    </>
  )
}

function NetworkPanel({ network }: { network: OnHost<NetworkSummary> }) {
  const t = useTranslations("networks")
  const format = useFormat()
  const several = useHosts().list.length > 1
  const ofTenant = useIsTenant()
  const mono = (text: string | undefined) => (text === undefined ? null : <code className="text-sm">{text}</code>)
  const facts = [
    { name: t("subnet"), value: mono(network.subnet) },
    { name: t("gateway"), value: mono(network.gateway) },
    ...(ofTenant
      ? []
      : [
          { name: t("bridge"), value: mono(network.bridge) },
          { name: t("tenant"), value: network.tenant },
        ]),
  ].filter((fact) => fact.value !== null)
  return (
    <Panel
      title={
        <span className="flex items-center gap-2">
          <span className="text-base text-ink">{network.name}</span>
          <Badge>{network.driver}</Badge>
          {several ? <HostLink id={network.host} className="text-mute" /> : null}
          {network.internal ? <Badge>{t("internal")}</Badge> : null}
        </span>
      }
      aside={
        <span className="flex items-center gap-2">
          {t("containers", { count: network.containers.length })}
          <RemoveNetworkButton network={network} />
        </span>
      }
    >
      <p className="px-4 pb-3 text-mute">{t(`drivers.${network.driver}`)}</p>
      {network.driver === "bridge" ? <Facts rows={facts} className="px-4 pb-4" /> : null}
      {network.containers.length === 0 ? null : (
        <div className="max-h-96 overflow-y-auto border-line border-t">
          <Table label={t("inNetwork", { name: network.name })} flat>
            <thead>
              <tr>
                <Th>{t("container")}</Th>
                <Th>{t("address")}</Th>
              </tr>
            </thead>
            <tbody>
              {[...network.containers]
                .sort((a, b) => a.name.localeCompare(b.name))
                .map((container) => (
                  <Tr key={container.id}>
                    <Td>
                      <Link href={containerHref({ ...container, host: network.host })} prefetch={false} className="rounded hover:underline">
                        {container.name}
                      </Link>
                    </Td>
                    <Td>
                      <code className="text-sm">{container.address === "" ? format.number(null) : container.address}</code>
                    </Td>
                  </Tr>
                ))}
            </tbody>
          </Table>
        </div>
      )}
    </Panel>
  )
}
