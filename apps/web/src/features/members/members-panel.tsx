"use client"
import { type Member, providerRoles, tenantRoles } from "@plimsoll/server/contract"
import { useQuery } from "@tanstack/react-query"
import { UserPlus } from "lucide-react"
import { useState } from "react"
import { useTranslations } from "use-intl"
import { Button } from "@/components/controls/button"
import { EmptyState } from "@/components/controls/empty-state"
import { ErrorState } from "@/components/controls/error-state"
import { Panel } from "@/components/controls/panel"
import { SkeletonRows } from "@/components/controls/skeleton"
import { useMay, useMe } from "@/lib/session"
import { useTRPC } from "@/lib/trpc"
import { ChangeRoleDialog } from "./change-role-dialog"
import { InvitationsList } from "./invitations-list"
import { InviteDialog } from "./invite-dialog"
import type { MemberAction } from "./member-menu"
import { MembersTable } from "./members-table"
import { RemoveMemberDialog } from "./remove-member-dialog"
import { ResetLinkDialog } from "./reset-link-dialog"
import { useUnlock } from "./use-unlock"

/** The members of `tenant` and the invitations to it; without one, of whoever's one is: the provider's staff, or one's own tenant. */
export function MembersPanel({ tenant }: { tenant?: string }) {
  const t = useTranslations("members")
  const controls = useTranslations("controls")
  const trpc = useTRPC()
  const me = useMe()
  const may = useMay()
  const whose = tenant === undefined ? {} : { tenant }
  const members = useQuery(trpc.members.list.queryOptions(whose))
  const [inviting, setInviting] = useState(false)
  const [chosen, setChosen] = useState<{ action: Exclude<MemberAction, "unlock">; member: Member } | null>(null)
  const unlock = useUnlock()
  const close = () => setChosen(null)
  const ofTenant = tenant !== undefined || (me !== undefined && me.tenant !== null)
  const roles = ofTenant ? tenantRoles : providerRoles
  const invite = may("members.invite") ? (
    <Button variant="primary" icon={<UserPlus aria-hidden className="size-3.5" />} onClick={() => setInviting(true)}>
      {t("invite")}
    </Button>
  ) : null

  function act(action: MemberAction, member: Member) {
    if (action === "unlock") return unlock(member)
    setChosen({ action, member })
  }

  return (
    <div className="flex flex-col gap-4">
      <Panel title={t("people")} aside={members.data?.length === 0 ? null : invite}>
        {members.error ? (
          <ErrorState error={members.error} title={t("failed")} compact onRetry={() => void members.refetch()} className="m-3" />
        ) : members.data === undefined ? (
          <SkeletonRows rows={3} label={controls("loading")} />
        ) : members.data.length === 0 ? (
          <EmptyState title={t("empty")} action={invite}>
            {t("emptyHint")}
          </EmptyState>
        ) : (
          <MembersTable members={members.data} ownId={me?.userId} onAction={act} />
        )}
      </Panel>
      {may("members.invitations") ? <InvitationsList whose={whose} /> : null}
      {inviting ? <InviteDialog whose={whose} roles={roles} onClose={() => setInviting(false)} /> : null}
      {chosen?.action === "change" ? <ChangeRoleDialog member={chosen.member} roles={roles} onClose={close} /> : null}
      {chosen?.action === "reset" ? <ResetLinkDialog member={chosen.member} onClose={close} /> : null}
      {chosen?.action === "remove" ? <RemoveMemberDialog member={chosen.member} onClose={close} /> : null}
    </div>
  )
}
