"use client"
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query"
import { useTranslations } from "use-intl"
import { Badge } from "@/components/controls/badge"
import { Button } from "@/components/controls/button"
import { ErrorState } from "@/components/controls/error-state"
import { Panel } from "@/components/controls/panel"
import { SkeletonRows } from "@/components/controls/skeleton"
import { Time } from "@/components/controls/time"
import { useErrorToast } from "@/lib/errors"
import { useMay } from "@/lib/session"
import { useTRPC } from "@/lib/trpc"
import { useNow } from "@/lib/use-now"

/** Links that nobody has used yet. */
export function InvitationsList({ whose }: { whose: { tenant?: string } }) {
  const t = useTranslations("members")
  const roles = useTranslations("roles")
  const controls = useTranslations("controls")
  const trpc = useTRPC()
  const queries = useQueryClient()
  const fail = useErrorToast()
  const may = useMay()
  const now = useNow()
  const invitations = useQuery(trpc.members.invitations.queryOptions(whose))
  const revoke = useMutation(
    trpc.members.revokeInvitation.mutationOptions({
      onSuccess: () => queries.invalidateQueries(trpc.members.invitations.pathFilter()),
      onError: (error) => fail(t("notRevoked"), error),
    }),
  )
  if (invitations.data?.length === 0) return null
  return (
    <Panel title={t("invitations")}>
      {invitations.error ? (
        <ErrorState error={invitations.error} compact onRetry={() => void invitations.refetch()} className="m-3" />
      ) : invitations.data === undefined ? (
        <SkeletonRows rows={2} label={controls("loading")} />
      ) : (
        <ul aria-label={t("invitations")}>
          {invitations.data.map(({ id, role, note, invitedBy, createdAt, expiresAt }) => (
            <li key={id} className="flex flex-wrap items-center gap-x-4 gap-y-1 border-line border-t px-4 py-2">
              <div className="min-w-0 flex-1 basis-56">
                <p className="flex items-center gap-2">
                  <span className="truncate font-medium">{note === "" ? t("noNote") : note}</span>
                  <Badge>{roles(role)}</Badge>
                  {expiresAt <= now ? <Badge tone="warn">{t("over")}</Badge> : null}
                </p>
                <p className="text-mute text-sm">
                  {t("invitedBy", { name: invitedBy })} <Time at={createdAt} /> · {t("linkUntil")} <Time at={expiresAt} show="clock" />
                </p>
              </div>
              {may("members.revokeInvitation") ? (
                <Button size="sm" busy={revoke.isPending && revoke.variables.id === id} onClick={() => revoke.mutate({ id })}>
                  {t("revoke")}
                </Button>
              ) : null}
            </li>
          ))}
        </ul>
      )}
    </Panel>
  )
}
