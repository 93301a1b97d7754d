"use client"
import type { Member } from "@plimsoll/server/contract"
import { Ellipsis, KeyRound, LockOpen, UserCog, UserMinus } from "lucide-react"
import { useTranslations } from "use-intl"
import { IconButton } from "@/components/controls/icon-button"
import { Menu, MenuItem, MenuSeparator } from "@/components/controls/menu"

export type MemberAction = "change" | "reset" | "unlock" | "remove"

/** What can be done with one account. */
export function MemberMenu({ member, now, onAction }: { member: Member; now: number; onAction: (action: MemberAction) => void }) {
  const t = useTranslations("members")
  const locked = member.lockedUntil !== null && member.lockedUntil > now
  return (
    <Menu
      align="end"
      trigger={
        <IconButton size="sm" label={t("actionsOf", { name: member.username })} icon={<Ellipsis aria-hidden className="size-4" />} />
      }
    >
      <MenuItem icon={<UserCog aria-hidden />} onClick={() => onAction("change")}>
        {t("changeRole")}
      </MenuItem>
      <MenuItem icon={<KeyRound aria-hidden />} onClick={() => onAction("reset")}>
        {t("resetLink")}
      </MenuItem>
      {locked ? (
        <MenuItem icon={<LockOpen aria-hidden />} onClick={() => onAction("unlock")}>
          {t("unlock")}
        </MenuItem>
      ) : null}
      <MenuSeparator />
      <MenuItem icon={<UserMinus aria-hidden />} danger onClick={() => onAction("remove")}>
        {t("remove")}
      </MenuItem>
    </Menu>
  )
}
