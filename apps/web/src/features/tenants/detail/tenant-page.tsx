"use client"
import type { Tenant } from "@plimsoll/server/contract"
import { useQuery } from "@tanstack/react-query"
import { Box, Pencil, Users } from "lucide-react"
import Link from "next/link"
import { type ReactNode, useState } from "react"
import { useTranslations } from "use-intl"
import { Button, buttonClass } from "@/components/controls/button"
import { EmptyState } from "@/components/controls/empty-state"
import { ErrorState } from "@/components/controls/error-state"
import { PageHeader } from "@/components/controls/page-header"
import { SkeletonRows } from "@/components/controls/skeleton"
import { TenantStatusLabel } from "@/components/tenants/tenant-status"
import { errorCode, isUnreachable } from "@/lib/errors"
import { useMay } from "@/lib/session"
import { useTRPC } from "@/lib/trpc"
import { type TenantDialog, TenantDialogs } from "../dialogs/tenant-dialogs"
import { TenantMenu } from "../dialogs/tenant-menu"
import { PlanUsePanel } from "./plan-use-panel"
import { StandingNotice } from "./standing-notice"
import { TenantContainers } from "./tenant-containers"
import { TenantEvents } from "./tenant-events"
import { TenantHistory } from "./tenant-history"
import { TenantMonth } from "./tenant-month"

const EVERY_MS = 5000

/** One tenant: what it bought against what it uses, how it has been, what it has. `children`: parts of other rooms, its people and tokens. */
export function TenantPage({ name, children }: { name: string; children?: ReactNode }) {
  const t = useTranslations("tenants")
  const { data: tenant, error, refetch } = useQuery(useTRPC().tenants.inspect.queryOptions({ tenant: name }, { refetchInterval: EVERY_MS }))
  if (error && errorCode(error) === "not_found") {
    return (
      <EmptyState
        icon={<Users aria-hidden />}
        title={t("unknown.title", { name })}
        action={
          <Link href="/tenants" className={buttonClass()}>
            {t("unknown.action")}
          </Link>
        }
      >
        {t("unknown.text")}
      </EmptyState>
    )
  }
  const failed = error ? <ErrorState error={error} title={t("oneFailed")} onRetry={() => void refetch()} /> : null
  if (tenant === undefined) return failed ?? <SkeletonRows label={t("loading")} rows={12} />
  return (
    <>
      {/* What was known stays, and with it a dialog that somebody is filling in. */}
      {error && !isUnreachable(error) ? failed : null}
      <KnownTenant tenant={tenant}>{children}</KnownTenant>
    </>
  )
}

function KnownTenant({ tenant, children }: { tenant: Tenant; children: ReactNode }) {
  const t = useTranslations("tenants")
  const mayChange = useMay()("tenants.change")
  const [dialog, setDialog] = useState<TenantDialog | null>(null)
  const { name, title, counts, plan } = tenant
  return (
    <>
      <nav className="pt-1 pb-1 text-mute text-sm">
        <Link href="/tenants" className="rounded hover:text-ink hover:underline">
          {t("title")}
        </Link>
      </nav>
      <PageHeader
        title={
          <span className="flex flex-wrap items-center gap-x-4 gap-y-1">
            <span className="break-words">{title === "" ? name : title}</span>
            <span className="font-normal text-base tracking-normal">
              <TenantStatusLabel tenant={tenant} />
            </span>
          </span>
        }
        description={
          <>
            {title === "" ? null : <code className="text-sm">{name}</code>}
            {title === "" ? "" : " · "}
            {plan === null ? t("withoutPlan") : t("onPlan", { plan: plan.name })}
          </>
        }
        actions={
          <>
            <Link href={`/containers?tenant=${encodeURIComponent(name)}`} className={buttonClass()}>
              <Box aria-hidden className="size-3.5" />
              {t("containersLink", { running: counts.runningContainers, total: counts.containers })}
            </Link>
            {!mayChange ? null : tenant.createdAt === null ? (
              <Link href={`/tenants?create=${encodeURIComponent(name)}`} className={buttonClass()}>
                <Pencil aria-hidden className="size-3.5" />
                {t("givePlan")}
              </Link>
            ) : (
              <Button icon={<Pencil aria-hidden className="size-3.5" />} onClick={() => setDialog({ kind: "change", tenant })}>
                {t("changePlan")}
              </Button>
            )}
            <TenantMenu tenant={tenant} onDialog={setDialog} onPage />
          </>
        }
      />
      <div className="flex flex-col gap-4">
        <StandingNotice tenant={tenant} />
        <PlanUsePanel tenant={tenant} />
        <TenantHistory tenant={tenant} />
        <div className="grid items-start gap-4 xl:grid-cols-2">
          <div className="flex min-w-0 flex-col gap-4">
            <TenantContainers tenant={name} />
            <TenantMonth tenant={name} />
          </div>
          <TenantEvents tenant={name} />
        </div>
        {children}
      </div>
      <TenantDialogs dialog={dialog} onClose={() => setDialog(null)} />
    </>
  )
}
