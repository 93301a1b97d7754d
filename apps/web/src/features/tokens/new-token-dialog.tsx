"use client"
import type { NewApiToken } from "@plimsoll/server/contract"
import { useTranslations } from "use-intl"
import { ShownOnce } from "@/components/account/shown-once"
import { Button } from "@/components/controls/button"
import { CommandLine } from "@/components/controls/command-line"
import { Dialog } from "@/components/controls/dialog"

/** A token, this once, and how it is used. */
export function NewTokenDialog({ made: { token, entry }, onClose }: { made: NewApiToken; onClose: () => void }) {
  const t = useTranslations("tokens")
  return (
    <Dialog
      open
      onOpenChange={(open) => (open ? undefined : onClose())}
      title={t("madeTitle", { name: entry.name })}
      footer={
        <Button variant="primary" onClick={onClose}>
          {t("kept")}
        </Button>
      }
    >
      <div className="flex flex-col gap-4">
        <ShownOnce text={token} label={t("token")} hint={t("shownOnce")} />
        <div className="flex flex-col gap-1">
          <p className="text-mute text-sm">{t("example")}</p>
          <CommandLine command={`curl -H "Authorization: Bearer ${token}" ${window.location.origin}/trpc/containers.list`} />
        </div>
      </div>
    </Dialog>
  )
}
