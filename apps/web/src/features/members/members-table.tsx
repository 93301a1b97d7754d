"use client"
import type { Member } from "@plimsoll/server/contract"
import { useTranslations } from "use-intl"
import { Badge } from "@/components/controls/badge"
import { Table, Td, Th, Tr } from "@/components/controls/table"
import { Time } from "@/components/controls/time"
import { useMay } from "@/lib/session"
import { useNow } from "@/lib/use-now"
import { type MemberAction, MemberMenu } from "./member-menu"

interface MembersTableProps {
  members: readonly Member[]
  /** Who looks at it. */
  ownId: string | undefined
  onAction: (action: MemberAction, member: Member) => void
}

/** Who they are, what they may, and how well they are protected. */
export function MembersTable({ members, ownId, onAction }: MembersTableProps) {
  const t = useTranslations("members")
  const roles = useTranslations("roles")
  const now = useNow()
  const changes = useMay()("members.change")
  return (
    <Table label={t("people")} flat>
      <thead>
        <tr>
          <Th>{t("name")}</Th>
          <Th>{t("role")}</Th>
          <Th>{t("protection")}</Th>
          <Th numeric>{t("lastSeen")}</Th>
          <Th numeric>{t("since")}</Th>
          {changes ? (
            <Th>
              <span className="sr-only">{t("actions")}</span>
            </Th>
          ) : null}
        </tr>
      </thead>
      <tbody>
        {[...members]
          .sort((a, b) => a.username.localeCompare(b.username))
          .map((member) => (
            <Tr key={member.userId}>
              <Td>
                <span className="flex flex-wrap items-center gap-x-2">
                  <span className="font-medium">{member.username}</span>
                  {member.name === member.username ? null : <span className="text-mute">{member.name}</span>}
                  {member.userId === ownId ? <Badge>{t("you")}</Badge> : null}
                  {member.lockedUntil !== null && member.lockedUntil > now ? <Badge tone="bad">{t("locked")}</Badge> : null}
                </span>
              </Td>
              <Td>{roles(member.role)}</Td>
              <Td>
                <Protection member={member} />
              </Td>
              <Td numeric className="text-mute">
                {member.lastSeenAt === null ? <span className="text-faint">{t("never")}</span> : <Time at={member.lastSeenAt} />}
              </Td>
              <Td numeric className="text-mute">
                <Time at={member.createdAt} />
              </Td>
              {changes ? (
                <Td className="w-10 pr-2 text-right">
                  <MemberMenu member={member} now={now} onAction={(action) => onAction(action, member)} />
                </Td>
              ) : null}
            </Tr>
          ))}
      </tbody>
    </Table>
  )
}

function Protection({ member: { twoFactor, passkeys } }: { member: Member }) {
  const t = useTranslations("members")
  const parts = [...(twoFactor ? [t("twoFactor")] : []), ...(passkeys > 0 ? [t("passkeys", { count: passkeys })] : [])]
  return parts.length > 0 ? parts.join(" · ") : <span className="text-warn-ink">{t("passwordOnly")}</span>
}
