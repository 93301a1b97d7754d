"use client"
import type { ApiToken } from "@plimsoll/server/contract"
import { Trash2 } from "lucide-react"
import { useTranslations } from "use-intl"
import { Badge } from "@/components/controls/badge"
import { IconButton } from "@/components/controls/icon-button"
import { Table, Td, Th, Tr } from "@/components/controls/table"
import { Time } from "@/components/controls/time"
import { useMay } from "@/lib/session"
import { useNow } from "@/lib/use-now"

/** What each may do, until when, and when it was used last. */
export function TokensTable({ tokens, onRevoke }: { tokens: readonly ApiToken[]; onRevoke: (token: ApiToken) => void }) {
  const t = useTranslations("tokens")
  const now = useNow()
  const revokes = useMay()("tokens.revoke")
  return (
    <Table label={t("list")} flat>
      <thead>
        <tr>
          <Th>{t("name")}</Th>
          <Th>{t("begins")}</Th>
          <Th>{t("scope")}</Th>
          <Th>{t("expires")}</Th>
          <Th>{t("lastUse")}</Th>
          <Th>{t("created")}</Th>
          {revokes ? (
            <Th>
              <span className="sr-only">{t("actions")}</span>
            </Th>
          ) : null}
        </tr>
      </thead>
      <tbody>
        {[...tokens]
          .sort((a, b) => b.createdAt - a.createdAt)
          .map((token) => (
            <Tr key={token.id}>
              <Td className="font-medium">{token.name}</Td>
              <Td>
                <code className="text-mute text-sm">{token.start}…</code>
              </Td>
              <Td>
                <Badge tone={token.scope === "write" ? "warn" : "neutral"}>{t(`scopes.${token.scope}`)}</Badge>
              </Td>
              <Td className="whitespace-nowrap text-mute">
                {token.expiresAt === null ? (
                  t("neverExpires")
                ) : token.expiresAt <= now ? (
                  <Badge tone="bad">{t("expired")}</Badge>
                ) : (
                  <Time at={token.expiresAt} show="clock" />
                )}
              </Td>
              <Td className="whitespace-nowrap text-mute">
                {token.lastUsedAt === null ? (
                  <span className="text-faint">{t("neverUsed")}</span>
                ) : (
                  <>
                    <Time at={token.lastUsedAt} />
                    {token.lastUsedFrom === null ? null : <span className="text-faint"> · {token.lastUsedFrom}</span>}
                  </>
                )}
              </Td>
              <Td className="whitespace-nowrap text-mute">
                <Time at={token.createdAt} /> · {token.createdBy}
              </Td>
              {revokes ? (
                <Td className="w-10 pr-2 text-right">
                  <IconButton
                    size="sm"
                    label={t("revokeOne", { name: token.name })}
                    icon={<Trash2 aria-hidden className="size-3.5" />}
                    onClick={() => onRevoke(token)}
                  />
                </Td>
              ) : null}
            </Tr>
          ))}
      </tbody>
    </Table>
  )
}
