"use client"
import { bounds, type OneTimeLink, type Role } from "@plimsoll/server/contract"
import { useMutation, useQueryClient } from "@tanstack/react-query"
import { useId, useState } from "react"
import { useTranslations } from "use-intl"
import { Button } from "@/components/controls/button"
import { Dialog } from "@/components/controls/dialog"
import { ErrorState } from "@/components/controls/error-state"
import { Field } from "@/components/controls/field"
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
  const controls = useTranslations("controls")
  const form = useId()
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
    <Dialog
      open
      onOpenChange={(open) => (open ? undefined : onClose())}
      title={t("inviteTitle")}
      description={t("inviteDetail")}
      size="sm"
      footer={
        <>
          <Button onClick={onClose}>{controls("cancel")}</Button>
          <Button type="submit" form={form} variant="primary" busy={invite.isPending}>
            {t("makeLink")}
          </Button>
        </>
      }
    >
      <form
        id={form}
        className="flex flex-col gap-3.5"
        onSubmit={(event) => {
          event.preventDefault()
          invite.mutate({ ...whose, role, note }, { onSuccess: setLink })
        }}
      >
        <RoleField role={role} roles={roles} onRoleChange={setRole} />
        <Field label={t("note")} description={t("noteHint")}>
          <Input maxLength={bounds.titleLength} value={note} onChange={(event) => setNote(event.target.value)} />
        </Field>
        {invite.error ? <ErrorState error={invite.error} compact /> : null}
      </form>
    </Dialog>
  )
}
