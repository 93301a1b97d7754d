"use client"
import type { OneTimeLink } from "@plimsoll/server/contract"
import { useTranslations } from "use-intl"
import { ShownOnce } from "@/components/account/shown-once"
import { Button } from "@/components/controls/button"
import { Dialog } from "@/components/controls/dialog"
import { Time } from "@/components/controls/time"

/** A link to hand over. It is shown this once. */
export function LinkDialog({ title, hint, link, onClose }: { title: string; hint: string; link: OneTimeLink; onClose: () => void }) {
  const t = useTranslations("members")
  return (
    <Dialog
      open
      onOpenChange={(open) => (open ? undefined : onClose())}
      title={title}
      footer={
        <Button variant="primary" onClick={onClose}>
          {t("linkKept")}
        </Button>
      }
    >
      <div className="flex flex-col gap-2">
        <ShownOnce text={new URL(link.path, window.location.origin).href} label={t("link")} hint={hint} />
        <p className="text-mute text-sm">
          {t("linkUntil")} <Time at={link.expiresAt} show="clock" />
        </p>
      </div>
    </Dialog>
  )
}
