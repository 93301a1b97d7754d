"use client"
import type { Member, OneTimeLink } from "@plimsoll/server/contract"
import { useMutation } from "@tanstack/react-query"
import { useState } from "react"
import { useTranslations } from "use-intl"
import { ConfirmDialog } from "@/components/controls/confirm-dialog"
import { useTRPC } from "@/lib/trpc"
import { LinkDialog } from "./link-dialog"

/** A link by which somebody who cannot sign in any more sets another password. */
export function ResetLinkDialog({ member, onClose }: { member: Member; onClose: () => void }) {
  const t = useTranslations("members")
  const [link, setLink] = useState<OneTimeLink | null>(null)
  const make = useMutation(useTRPC().members.resetLink.mutationOptions())
  if (link !== null)
    return <LinkDialog title={t("resetTitle", { name: member.username })} hint={t("resetHint")} link={link} onClose={onClose} />
  return (
    <ConfirmDialog
      open
      // It closes itself when it is done: then the link takes its place.
      onOpenChange={(open) => (open || make.isSuccess ? undefined : onClose())}
      title={t("resetAsk", { name: member.username })}
      kept={[t("resetKept")]}
      danger={false}
      confirmLabel={t("makeLink")}
      onConfirm={async () => setLink(await make.mutateAsync({ userId: member.userId }))}
    />
  )
}
