"use client"
import type { ApiToken } from "@plimsoll/server/contract"
import { useQuery } from "@tanstack/react-query"
import { KeySquare, Plus } from "lucide-react"
import { useState } from "react"
import { useTranslations } from "use-intl"
import { Button } from "@/components/controls/button"
import { EmptyState } from "@/components/controls/empty-state"
import { ErrorState } from "@/components/controls/error-state"
import { Panel } from "@/components/controls/panel"
import { SkeletonRows } from "@/components/controls/skeleton"
import { useMay, useMe } from "@/lib/session"
import { useTRPC } from "@/lib/trpc"
import { CreateTokenDialog } from "./create-token-dialog"
import { RevokeTokenDialog } from "./revoke-token-dialog"
import { TokensTable } from "./tokens-table"

/** The API tokens of `tenant`; without one, of whoever's one is: the provider, or one's own tenant. */
export function TokensPanel({ tenant }: { tenant?: string }) {
  const t = useTranslations("tokens")
  const controls = useTranslations("controls")
  const may = useMay()
  const me = useMe()
  const whose = tenant === undefined ? {} : { tenant }
  const tokens = useQuery(useTRPC().tokens.list.queryOptions(whose))
  const [creating, setCreating] = useState(false)
  const [revoking, setRevoking] = useState<ApiToken | null>(null)
  const create = may("tokens.create") ? (
    <Button variant="primary" icon={<Plus aria-hidden className="size-3.5" />} onClick={() => setCreating(true)}>
      {t("create")}
    </Button>
  ) : null
  return (
    <>
      <Panel title={t("list")} aside={tokens.data?.length === 0 ? null : create}>
        {tokens.error ? (
          <ErrorState error={tokens.error} title={t("failed")} compact onRetry={() => void tokens.refetch()} className="m-3" />
        ) : tokens.data === undefined ? (
          <SkeletonRows rows={3} label={controls("loading")} />
        ) : tokens.data.length === 0 ? (
          <EmptyState icon={<KeySquare />} title={t("empty")} action={create}>
            {t("emptyHint")}
          </EmptyState>
        ) : (
          <TokensTable tokens={tokens.data} onRevoke={setRevoking} />
        )}
      </Panel>
      {creating ? (
        <CreateTokenDialog
          whose={whose}
          ofTenant={tenant !== undefined || (me !== undefined && me.tenant !== null)}
          onClose={() => setCreating(false)}
        />
      ) : null}
      {revoking === null ? null : <RevokeTokenDialog token={revoking} onClose={() => setRevoking(null)} />}
    </>
  )
}
