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
import { useTRPC } from "@/lib/trpc"
import { browserName } from "./browser-name"

/** Where one is signed in, each with a way to end it. */
export function SignInsPanel({ className }: { className?: string }) {
  const t = useTranslations("sessions")
  const account = useTranslations("account")
  const controls = useTranslations("controls")
  const trpc = useTRPC()
  const queries = useQueryClient()
  const errorToast = useErrorToast()
  const sessions = useQuery(trpc.session.sessions.queryOptions())
  const revoke = useMutation(
    trpc.session.revoke.mutationOptions({
      onSuccess: () => queries.invalidateQueries(trpc.session.sessions.queryFilter()),
      onError: (error) => errorToast(t("notEnded"), error),
    }),
  )
  return (
    <Panel id="sign-ins" title={t("title")} className={className}>
      <p className="px-4 pb-3 text-mute">{account("signInsDetail")}</p>
      {sessions.error ? (
        <ErrorState error={sessions.error} compact onRetry={() => void sessions.refetch()} className="m-3" />
      ) : sessions.data === undefined ? (
        <SkeletonRows rows={3} label={controls("loading")} />
      ) : (
        <ul aria-label={t("title")}>
          {sessions.data.map((session) => (
            <li key={session.id} className="flex items-center gap-3 border-line border-t px-4 py-2">
              <div className="min-w-0 flex-1">
                <p className="flex items-center gap-2">
                  <span className="truncate">{session.userAgent === null ? t("unknownBrowser") : browserName(session.userAgent)}</span>
                  {session.current ? <Badge tone="run">{t("thisOne")}</Badge> : null}
                </p>
                <p className="text-mute text-sm">
                  {session.address ?? t("unknownAddress")} · {t("seen")} <Time at={session.lastSeenAt} />
                </p>
              </div>
              {session.current ? null : (
                <Button
                  size="sm"
                  busy={revoke.isPending && revoke.variables.id === session.id}
                  onClick={() => revoke.mutate({ id: session.id })}
                >
                  {t("end")}
                </Button>
              )}
            </li>
          ))}
        </ul>
      )}
    </Panel>
  )
}
