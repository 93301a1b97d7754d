"use client"
import { type ContainerRow, ladderLabels, localHost } from "@plimsoll/server/contract"
import { useQuery } from "@tanstack/react-query"
import { useTranslations } from "use-intl"
import { Badge } from "@/components/controls/badge"
import { useMay } from "@/lib/session"
import { useTRPC } from "@/lib/trpc"

/** Says that no rung of the ladder touches this container, by its own label or with its whole tenant. The latter is for who sees the load line. */
export function LadderExemption({ row }: { row: Pick<ContainerRow, "labels" | "tenant" | "host"> }) {
  const t = useTranslations("container.exempt")
  const enabled = useMay()("overprovisioning.now") && row.host === localHost
  const { data } = useQuery(useTRPC().overprovisioning.now.queryOptions(undefined, { enabled }))
  if (data?.ladder.settings.exemptTenants.includes(row.tenant)) return <Badge>{t("tenant", { tenant: row.tenant })}</Badge>
  return row.labels[ladderLabels.exempt] === "exempt" ? <Badge>{t("label")}</Badge> : null
}
