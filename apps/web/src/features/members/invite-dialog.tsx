"use client"
import { bounds, type OneTimeLink, type Role } from "@plimsoll/server/contract"
import { useMutation, useQueryClient } from "@tanstack/react-query"
import { useState } from "react"
import { useTranslations } from "use-intl"
import { Field } from "@/components/controls/field"
import { FormDialog } from "@/components/controls/form-dialog"
import { Input } from "@/components/controls/input"
import { useTRPC } from "@/lib/trpc"
import { LinkDialog } from "./link-dialog"
import { RoleField } from "./role-field"

interface InviteDialogProps {
  whose: { tenant?: string }
  /** Those that there are here, from the one that may the most to the one that may the least, which is suggested. */
  roles: readonly Role[]
  onClose: () => void
}

/** A link by which somebody makes an account of their own. */
export function InviteDialog({ whose, roles, onClose }: InviteDialogProps) {
  const t = useTranslations("members")
  const trpc = useTRPC()
  const queries = useQueryClient()
  const [role, setRole] = useState<Role>(roles.at(-1) ?? "viewer")
  const [note, setNote] = useState("")
  const [link, setLink] = useState<OneTimeLink | null>(null)
  const invite = useMutation(
    trpc.members.invite.mutationOptions({ onSuccess: () => queries.invalidateQueries(trpc.members.invitations.pathFilter()) }),
  )
  if (link !== null) return <LinkDialog title={t("invitedTitle")} hint={t("invitedHint")} link={link} onClose={onClose} />
  return (
    <FormDialog
      onClose={onClose}
      title={t("inviteTitle")}
      description={t("inviteDetail")}
      size="sm"
      submitLabel={t("makeLink")}
      busy={invite.isPending}
      error={invite.error}
      onSubmit={() => {
        invite.mutate({ ...whose, role, note }, { onSuccess: setLink })
      }}
    >
      <RoleField role={role} roles={roles} onRoleChange={setRole} />
      <Field label={t("note")} description={t("noteHint")}>
        <Input maxLength={bounds.titleLength} value={note} onChange={(event) => setNote(event.target.value)} />
      </Field>
    </FormDialog>
  )
}
