"use client"
import type { ProcessInfo } from "@plimsoll/server/contract"
import { useQuery } from "@tanstack/react-query"
import { useState } from "react"
import { useTranslations } from "use-intl"
import { EmptyState } from "@/components/controls/empty-state"
import { ErrorState } from "@/components/controls/error-state"
import { SkeletonRows } from "@/components/controls/skeleton"
import { Table, Td, Th, Tr } from "@/components/controls/table"
import { isUnreachable } from "@/lib/errors"
import { useTRPC } from "@/lib/trpc"
import { useFormat } from "@/lib/use-format"
import { WakeButton } from "../actions/wake-button"
import { useContainer } from "../detail/container-context"

const columns = [
  { key: "containerPid", numeric: true },
  { key: "pid", numeric: true },
  { key: "parentPid", numeric: true },
  { key: "user", numeric: false },
  { key: "state", numeric: false },
  { key: "cpuSeconds", numeric: true },
  { key: "residentBytes", numeric: true },
  { key: "threads", numeric: true },
  { key: "startedAt", numeric: false },
  { key: "command", numeric: false },
] as const satisfies { key: keyof ProcessInfo; numeric: boolean }[]
/** Letters of the state field of proc_pid_stat(5). */
const knownStates = ["R", "S", "D", "T", "t", "Z", "I", "X"] as const
type Column = (typeof columns)[number]["key"]

/** What runs in the container, read from the kernel every two seconds. */
export function ProcessesPage() {
  const t = useTranslations("container.processes")
  const trpc = useTRPC()
  const format = useFormat()
  const { id, name, row } = useContainer()
  const alive = row.state.status === "running" || row.state.status === "paused"
  const [sort, setSort] = useState<{ key: Column; descending: boolean }>({ key: "containerPid", descending: false })
  const top = useQuery(trpc.containers.top.queryOptions({ id }, { enabled: alive, refetchInterval: 2000 }))
  const stateWord = (letter: string) => {
    const known = knownStates.find((each) => each === letter)
    return known === undefined ? "" : t(`state.${known}`)
  }
  if (row.state.status === "hibernated")
    return (
      <EmptyState title={t("hibernated.title")} action={<WakeButton />}>
        {t("hibernated.text")}
      </EmptyState>
    )
  if (!alive) return <EmptyState title={t("notRunning")} />
  if (top.data === undefined)
    return top.error ? (
      <ErrorState error={top.error} title={t("failed")} onRetry={() => void top.refetch()} />
    ) : (
      <SkeletonRows rows={4} label={t("loading")} />
    )
  const processes = [...top.data].sort((left, right) => (sort.descending ? -1 : 1) * compare(left[sort.key], right[sort.key]))
  return (
    <div className="flex flex-col gap-2">
      {top.error && !isUnreachable(top.error) ? <ErrorState compact error={top.error} title={t("failed")} /> : null}
      <Table label={t("label", { name })}>
        <thead>
          <tr>
            {columns.map(({ key, numeric }) => (
              <Th
                key={key}
                numeric={numeric}
                sorted={sort.key === key ? (sort.descending ? "descending" : "ascending") : "none"}
                onSort={() =>
                  setSort({ key, descending: sort.key === key ? !sort.descending : numeric && key !== "containerPid" && key !== "pid" })
                }
              >
                {t(`column.${key}`)}
              </Th>
            ))}
          </tr>
        </thead>
        <tbody>
          {processes.map((process) => (
            <Tr key={process.pid}>
              <Td numeric>{process.containerPid}</Td>
              <Td numeric className="text-mute">
                {process.pid}
              </Td>
              <Td numeric className="text-mute">
                {process.parentPid}
              </Td>
              <Td>
                {process.user} <span className="text-faint text-sm">{process.uid}</span>
              </Td>
              <Td className="whitespace-nowrap">
                {process.state} <span className="text-faint text-sm">{stateWord(process.state)}</span>
              </Td>
              <Td numeric>{format.duration(process.cpuSeconds * 1000)}</Td>
              <Td numeric>{format.bytes(process.residentBytes)}</Td>
              <Td numeric>{process.threads}</Td>
              <Td className="whitespace-nowrap text-mute" title={format.dateTime(process.startedAt)}>
                {format.time(process.startedAt)}
              </Td>
              <Td className="max-w-120 truncate font-mono text-sm" title={process.command}>
                {process.command}
              </Td>
            </Tr>
          ))}
        </tbody>
      </Table>
    </div>
  )
}

function compare(left: string | number, right: string | number): number {
  return typeof left === "number" && typeof right === "number" ? left - right : String(left).localeCompare(String(right))
}
