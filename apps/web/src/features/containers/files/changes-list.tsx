"use client"
import { useQuery } from "@tanstack/react-query"
import { useTranslations } from "use-intl"
import { Badge, type Tone } from "@/components/controls/badge"
import { EmptyState } from "@/components/controls/empty-state"
import { ErrorState } from "@/components/controls/error-state"
import { SkeletonRows } from "@/components/controls/skeleton"
import { useTRPC } from "@/lib/trpc"

const tones: Record<"added" | "modified" | "deleted", Tone> = { added: "run", modified: "warn", deleted: "bad" }
const SHOWN = 2000

/** What the container has added, changed and deleted over its image. */
export function ChangesList({ id }: { id: string }) {
  const t = useTranslations("container.changes")
  const trpc = useTRPC()
  const diff = useQuery(trpc.containers.diff.queryOptions({ id }))
  if (diff.error) return <ErrorState error={diff.error} title={t("failed")} onRetry={() => void diff.refetch()} />
  if (diff.data === undefined) return <SkeletonRows rows={8} label={t("loading")} />
  if (diff.data.length === 0) return <EmptyState title={t("none")} />
  return (
    <div className="flex flex-col gap-2">
      <p className="text-mute">
        {diff.data.length > SHOWN ? t("first", { shown: SHOWN, count: diff.data.length }) : t("count", { count: diff.data.length })}
      </p>
      <ul className="rounded-panel border border-line bg-panel py-1">
        {diff.data.slice(0, SHOWN).map((change) => (
          <li key={change.path} className="flex items-center gap-3 px-3 py-0.5">
            <Badge tone={tones[change.kind]} className="w-20 justify-center">
              {t(change.kind)}
            </Badge>
            <span className="break-all font-mono text-sm">{change.path}</span>
          </li>
        ))}
      </ul>
    </div>
  )
}
