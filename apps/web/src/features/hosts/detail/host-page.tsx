"use client"
import { type EngineInfo, type HostInfo, type HostSummary, localHost } from "@plimsoll/server/contract"
import { useQuery } from "@tanstack/react-query"
import { Box, Plus, Server } from "lucide-react"
import Link from "next/link"
import { useRouter } from "next/navigation"
import { useTranslations } from "use-intl"
import { buttonClass } from "@/components/controls/button"
import { EmptyState } from "@/components/controls/empty-state"
import { ErrorState } from "@/components/controls/error-state"
import { PageHeader } from "@/components/controls/page-header"
import { SkeletonRows } from "@/components/controls/skeleton"
import { EngineUnavailable } from "@/components/engine-unavailable"
import { HostAway } from "@/components/hosts/host-away"
import { HostStatus } from "@/components/hosts/host-status"
import { cn } from "@/lib/cn"
import { containersOf, isAway } from "@/lib/hosts"
import { useHostsLive } from "@/lib/live"
import { useMay } from "@/lib/session"
import { useTRPC } from "@/lib/trpc"
import { HostMenu } from "../dialogs/host-menu"
import { useEngineName } from "../use-engine-name"
import { AbilitiesPanel } from "./abilities-panel"
import { FeaturesPanel } from "./features-panel"
import { HostFacts } from "./host-facts"
import { HostHistory } from "./host-history"
import { LimitsPanel } from "./limits-panel"
import { RuntimesPanel } from "./runtimes-panel"

/** One host: what it is, what it can and cannot do, and how it has been. */
export function HostPage({ id }: { id: string }) {
  const t = useTranslations("hosts")
  const { data: hosts, error } = useHostsLive()
  const host = hosts?.byId.get(id)
  if (hosts === undefined) return error ? <ErrorState error={error} title={t("failed")} /> : <SkeletonRows label={t("loading")} rows={12} />
  if (host === undefined) {
    return (
      <EmptyState
        icon={<Server aria-hidden />}
        title={t("unknown.title", { id })}
        action={
          <Link href="/hosts" className={buttonClass()}>
            {t("unknown.action")}
          </Link>
        }
      >
        {t("unknown.text")}
      </EmptyState>
    )
  }
  return host.id === localHost ? <ThisMachine host={host} /> : <KnownHost key={host.id} host={host} info={host.info} />
}

/** This machine is asked itself: it knows more of its console than the list of hosts does. */
function ThisMachine({ host }: { host: HostSummary }) {
  const { data } = useQuery(useTRPC().host.info.queryOptions({ host: localHost }, { refetchInterval: 30_000 }))
  return <KnownHost host={host} info={data ?? host.info} server={data} />
}

function KnownHost({ host, info, server }: { host: HostSummary; info: EngineInfo | null; server?: HostInfo | undefined }) {
  const t = useTranslations("hosts")
  const router = useRouter()
  const engineName = useEngineName()
  const may = useMay()
  const { running, total } = containersOf(host)
  const away = isAway(host)
  return (
    <>
      <nav className="pt-1 pb-1 text-mute text-sm">
        <Link href="/hosts" className="rounded hover:text-ink hover:underline">
          {t("title")}
        </Link>
      </nav>
      <PageHeader
        title={
          <span className="flex flex-wrap items-center gap-x-4 gap-y-1">
            <span className={cn("break-all", away && "text-mute")}>{host.name}</span>
            <span className="font-normal text-base tracking-normal">
              <HostStatus host={host} />
            </span>
          </span>
        }
        description={
          <>
            {[engineName({ ...host, info }), info?.operatingSystem, info?.architecture].filter(Boolean).join(" · ")} ·{" "}
            {host.endpoint === null ? t("thisMachine") : <code className="break-all text-sm">{host.endpoint}</code>}
          </>
        }
        actions={
          <>
            <Link href={`/containers?host=${encodeURIComponent(host.id)}`} className={buttonClass()}>
              <Box aria-hidden className="size-3.5" />
              {t("containersLink", { running, total })}
            </Link>
            {away || !may("containers.create") ? null : (
              <Link href={`/containers/new?host=${encodeURIComponent(host.id)}`} className={buttonClass()}>
                <Plus aria-hidden className="size-3.5" />
                {t("createThere")}
              </Link>
            )}
            <HostMenu host={host} onRemoved={() => router.push("/hosts")} />
          </>
        }
      />
      <div className="flex flex-col gap-4">
        {away && host.id !== localHost ? <HostAway host={host} /> : null}
        {host.id === localHost && info?.status === "unavailable" ? <EngineUnavailable info={info} /> : null}
        <HostHistory host={host} />
        {info === null ? (
          <EmptyState title={t("nothingKnown.title")}>{t("nothingKnown.text")}</EmptyState>
        ) : (
          <div className={cn("grid items-start gap-4 xl:grid-cols-[minmax(0,1fr)_minmax(0,1fr)]", away && "text-mute")}>
            <div className="flex min-w-0 flex-col gap-4">
              <AbilitiesPanel abilities={info.abilities} />
              <FeaturesPanel features={info.features} />
            </div>
            <div className="flex min-w-0 flex-col gap-4">
              <HostFacts info={info} server={server} />
              <RuntimesPanel runtimes={info.ociRuntimes} />
              <LimitsPanel limits={info.enforceableLimits} />
            </div>
          </div>
        )}
      </div>
    </>
  )
}
