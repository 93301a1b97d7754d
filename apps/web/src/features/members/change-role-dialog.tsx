"use client"
import type { Member, Role } from "@plimsoll/server/contract"
import { useMutation, useQueryClient } from "@tanstack/react-query"
import { useState } from "react"
import { useTranslations } from "use-intl"
import { Button } from "@/components/controls/button"
import { Dialog } from "@/components/controls/dialog"
import { ErrorState } from "@/components/controls/error-state"
import { toast } from "@/components/controls/toast"
import { useTRPC } from "@/lib/trpc"
import { RoleField } from "./role-field"

/** Another role for somebody who is in already. */
export function ChangeRoleDialog({ member, roles, onClose }: { member: Member; roles: readonly Role[]; onClose: () => void }) {
  const t = useTranslations("members")
  const controls = useTranslations("controls")
  const trpc = useTRPC()
  const queries = useQueryClient()
  const [role, setRole] = useState(member.role)
  const change = useMutation(
    trpc.members.change.mutationOptions({
      // One's own role may be what changed.
      onSuccess: () =>
        Promise.all([queries.invalidateQueries(trpc.members.pathFilter()), queries.invalidateQueries(trpc.session.pathFilter())]),
    }),
  )
  return (
    <Dialog
      open
      onOpenChange={(open) => (open ? undefined : onClose())}
      title={t("changeTitle", { name: member.username })}
      description={t("changeDetail")}
      size="sm"
      footer={
        <>
          <Button onClick={onClose}>{controls("cancel")}</Button>
          <Button
            variant="primary"
            busy={change.isPending}
            disabled={role === member.role}
            onClick={() =>
              change.mutate(
                { userId: member.userId, role },
                {
                  onSuccess: () => {
                    toast.success(t("changed", { name: member.username }))
                    onClose()
                  },
                },
              )
            }
          >
            {t("change")}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-3">
        <RoleField role={role} roles={roles} onRoleChange={setRole} />
        {change.error ? <ErrorState error={change.error} compact /> : null}
      </div>
    </Dialog>
  )
}
