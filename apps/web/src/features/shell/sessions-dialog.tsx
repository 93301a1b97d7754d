"use client"
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query"
import { useTranslations } from "use-intl"
import { Badge } from "@/components/controls/badge"
import { Button } from "@/components/controls/button"
import { Dialog } from "@/components/controls/dialog"
import { ErrorState } from "@/components/controls/error-state"
import { SkeletonRows } from "@/components/controls/skeleton"
import { Time } from "@/components/controls/time"
import { useErrorToast } from "@/lib/errors"
import { useTRPC } from "@/lib/trpc"
import { useShell } from "./shell-state"

/** Where one is signed in, each with a way to end it. */
export function SessionsDialog() {
  const t = useTranslations("sessions")
  const controls = useTranslations("controls")
  const { overlay, show } = useShell()
  const trpc = useTRPC()
  const queries = useQueryClient()
  const errorToast = useErrorToast()
  const sessions = useQuery(trpc.session.sessions.queryOptions(undefined, { enabled: overlay === "sessions" }))
  const revoke = useMutation(
    trpc.session.revoke.mutationOptions({
      onSuccess: () => queries.invalidateQueries(trpc.session.sessions.queryFilter()),
      onError: (error) => errorToast(t("notEnded"), error),
    }),
  )
  return (
    <Dialog
      open={overlay === "sessions"}
      onOpenChange={(open) => show(open ? "sessions" : null)}
      title={t("title")}
      description={t("description")}
    >
      {sessions.error ? (
        <ErrorState error={sessions.error} compact onRetry={() => void sessions.refetch()} />
      ) : sessions.data === undefined ? (
        <SkeletonRows rows={3} label={controls("loading")} />
      ) : (
        <ul className="flex flex-col">
          {sessions.data.map((session) => (
            <li key={session.id} className="flex items-center gap-3 border-line border-t py-2 first:border-t-0">
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
    </Dialog>
  )
}

/** `Chrome on Linux` rather than the whole string; the string when it is none of the usual ones. */
export function browserName(userAgent: string): string {
  const browser = /(Edg|OPR|Firefox|Chrome|Safari)\//.exec(userAgent)?.[1]
  const system = /(Android|iPhone|iPad|Windows|Mac OS X|Linux)/.exec(userAgent)?.[1]
  if (browser === undefined) return userAgent.slice(0, 80)
  const name = { Edg: "Edge", OPR: "Opera" }[browser] ?? browser
  return system === undefined ? name : `${name}, ${system === "Mac OS X" ? "macOS" : system}`
}
