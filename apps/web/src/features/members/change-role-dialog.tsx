"use client"
import type { Member, Role } from "@plimsoll/server/contract"
import { useMutation, useQueryClient } from "@tanstack/react-query"
import { useState } from "react"
import { useTranslations } from "use-intl"
import { FormDialog } from "@/components/controls/form-dialog"
import { toast } from "@/components/controls/toast"
import { useTRPC } from "@/lib/trpc"
import { RoleField } from "./role-field"

/** Another role for somebody who is in already. */
export function ChangeRoleDialog({ member, roles, onClose }: { member: Member; roles: readonly Role[]; onClose: () => void }) {
  const t = useTranslations("members")
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
    <FormDialog
      onClose={onClose}
      title={t("changeTitle", { name: member.username })}
      description={t("changeDetail")}
      size="sm"
      submitLabel={t("change")}
      busy={change.isPending}
      disabled={role === member.role}
      error={change.error}
      onSubmit={() =>
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
      <RoleField role={role} roles={roles} onRoleChange={setRole} />
    </FormDialog>
  )
}
