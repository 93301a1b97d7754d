"use client"
import { useMutation } from "@tanstack/react-query"
import { Sunrise } from "lucide-react"
import Link from "next/link"
import { useTranslations } from "use-intl"
import { Button } from "@/components/controls/button"
import { ErrorState } from "@/components/controls/error-state"
import { Panel } from "@/components/controls/panel"
import { useMay } from "@/lib/session"
import { useTRPC } from "@/lib/trpc"
import { useFormat } from "@/lib/use-format"

interface Sleeper {
  id: string
  name: string
  tenant: string
  since: number
}

interface SleepersProps<Row extends Sleeper> {
  title: string
  /** What is said where there are none. */
  none: string
  rows: readonly Row[]
  /** What a row gave back, since when. */
  told: (row: Row) => string
}

/** Containers that sleep in one way, each with the means to wake it. */
export function Sleepers<Row extends Sleeper>({ title, none, rows, told }: SleepersProps<Row>) {
  const t = useTranslations("ladder")
  const format = useFormat()
  const may = useMay()
  const wake = useMutation(useTRPC().containers.bulk.mutationOptions())
  const failed = wake.data?.failed[0]
  /** Until the next message no longer has it. */
  const isWaking = (id: string, since: number) =>
    (wake.isPending || (wake.isSuccess && failed === undefined)) && wake.variables.ids.includes(id) && since < wake.submittedAt
  return (
    <Panel title={title} aside={format.count(rows.length)}>
      {wake.error !== null ? <ErrorState error={wake.error} compact className="mx-4 mb-3" /> : null}
      {failed !== undefined ? (
        <p role="alert" className="px-4 pb-2 text-bad-ink">
          {failed.message}
        </p>
      ) : null}
      <ul className="pb-2">
        {rows.length === 0 ? <li className="px-4 pb-2 text-mute">{none}</li> : null}
        {rows.map((row) => (
          <li key={row.id} className="flex items-center gap-3 px-4 py-1.5">
            <span className="min-w-0 flex-1">
              <Link href={`/containers/${encodeURIComponent(row.name)}`} className="font-medium hover:underline">
                {row.name}
              </Link>{" "}
              <span className="text-mute">
                {row.tenant} · {told(row)}
              </span>
            </span>
            {may("containers.wake") ? (
              <Button
                size="sm"
                busy={isWaking(row.id, row.since)}
                icon={<Sunrise aria-hidden className="size-3" />}
                onClick={() => wake.mutate({ action: "wake", ids: [row.id] })}
              >
                {t("wake", { name: row.name })}
              </Button>
            ) : null}
          </li>
        ))}
      </ul>
    </Panel>
  )
}
