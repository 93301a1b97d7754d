"use client"
import type { CgroupNode, NamespaceReport } from "@plimsoll/server/contract"
import { useQuery } from "@tanstack/react-query"
import { useTranslations } from "use-intl"
import { Badge, type Tone } from "@/components/controls/badge"
import { EmptyState } from "@/components/controls/empty-state"
import { ErrorState } from "@/components/controls/error-state"
import { Panel } from "@/components/controls/panel"
import { SkeletonRows } from "@/components/controls/skeleton"
import { Facts, Table, Td, Th, Tr } from "@/components/controls/table"
import { lacks } from "@/lib/hosts"
import { useContainersLive } from "@/lib/live"
import { useTRPC } from "@/lib/trpc"
import { WakeButton } from "../actions/wake-button"
import { useContainer } from "../detail/container-context"

/** What separates this container from the host and from others, as the kernel has it now. */
export function IsolationPage() {
  const t = useTranslations("container.isolation")
  const trpc = useTRPC()
  const { id, row, host } = useContainer()
  const alive = row.state.status === "running" || row.state.status === "paused"
  const showsNamespaces = !lacks(host, "namespaces")
  const report = useQuery(trpc.containers.namespaces.queryOptions({ id }, { enabled: alive && showsNamespaces }))
  const tree = useQuery(
    trpc.containers.cgroupTree.queryOptions({ id }, { enabled: alive && !lacks(host, "cgroup-tree"), refetchInterval: 5000 }),
  )
  if (row.state.status === "hibernated")
    return (
      <EmptyState title={t("hibernated.title")} action={<WakeButton />}>
        {t("hibernated.text")}
      </EmptyState>
    )
  if (!alive) return <EmptyState title={t("notRunning.title")}>{t("notRunning.text")}</EmptyState>
  return (
    <div className="flex flex-col gap-4">
      {report.error ? <ErrorState compact error={report.error} title={t("failed")} onRetry={() => void report.refetch()} /> : null}
      {report.data ? (
        <Namespaces report={report.data} />
      ) : report.error || !showsNamespaces ? null : (
        <SkeletonRows rows={8} label={t("loading")} />
      )}
      {tree.error ? <ErrorState compact error={tree.error} title={t("cgroupFailed")} onRetry={() => void tree.refetch()} /> : null}
      {tree.data ? <CgroupTree nodes={tree.data} /> : null}
    </div>
  )
}

const tones: Record<"private" | "host" | "container", Tone> = { private: "run", container: "sleep", host: "warn" }

function Namespaces({ report }: { report: NamespaceReport }) {
  const t = useTranslations("container.isolation")
  const { data: live } = useContainersLive()
  return (
    <div className="grid grid-cols-[3fr_2fr] gap-4 max-lg:grid-cols-1">
      <Table label={t("namespaces")}>
        <thead>
          <tr>
            <Th>{t("namespace")}</Th>
            <Th>{t("separates")}</Th>
            <Th>{t("shared")}</Th>
            <Th numeric>{t("inode")}</Th>
          </tr>
        </thead>
        <tbody>
          {report.namespaces.map((entry) => (
            <Tr key={entry.kind}>
              <Td className="font-mono">{entry.kind}</Td>
              <Td className="text-mute">{t(`kind.${entry.kind}`)}</Td>
              <Td>
                <Badge tone={tones[entry.sharing]}>{t(`sharing.${entry.sharing}`)}</Badge>{" "}
                <span className="text-mute text-sm">
                  {entry.sharedWith.map((id) => live?.byId.get(id)?.name ?? id.slice(0, 12)).join(", ")}
                </span>
              </Td>
              <Td numeric className="font-mono text-mute text-sm">
                {entry.inode}
              </Td>
            </Tr>
          ))}
        </tbody>
      </Table>
      <Panel title={t("process", { pid: report.pid })}>
        <Facts
          className="px-4 pb-4"
          rows={[
            { name: t("uidMap"), value: <IdMap lines={report.uidMap} /> },
            { name: t("gidMap"), value: <IdMap lines={report.gidMap} /> },
            { name: t("seccomp"), value: t(`seccompMode.${report.seccomp}`) },
            { name: t("noNewPrivileges"), value: report.noNewPrivileges ? t("on") : t("off") },
            {
              name: t("capabilities"),
              value: <span className="font-mono text-sm">{report.capabilitiesEffective.join(" ") || t("none")}</span>,
            },
          ]}
        />
      </Panel>
    </div>
  )
}

function IdMap({ lines }: { lines: NamespaceReport["uidMap"] }) {
  const t = useTranslations("container.isolation")
  return (
    <ul className="font-mono text-sm">
      {lines.map((line) => (
        <li key={line.insideId}>
          {t("mapLine", {
            inside: `${line.insideId}–${line.insideId + line.count - 1}`,
            outside: `${line.outsideId}–${line.outsideId + line.count - 1}`,
          })}
        </li>
      ))}
    </ul>
  )
}

function CgroupTree({ nodes }: { nodes: CgroupNode[] }) {
  const t = useTranslations("container.isolation")
  return (
    <Panel title={t("cgroups")} aside={t("cgroupsAside")}>
      <ol className="flex flex-col">
        {nodes.map((node) => (
          <li key={`${node.path} ${node.controllers.join()}`} className="border-line border-t">
            <details open={node.role === "container"}>
              <summary className="flex cursor-pointer flex-wrap items-center gap-3 px-4 py-2 hover:bg-hover">
                <span className="break-all font-mono text-sm">{node.path}</span>
                <Badge>{t(`role.${node.role}`)}</Badge>
                <span className="text-faint text-sm">{node.controllers.join(" ")}</span>
                <span className="ml-auto text-mute text-sm">{t("processes", { count: node.pids.length })}</span>
              </summary>
              <dl className="grid grid-cols-[minmax(12rem,auto)_1fr] gap-x-6 gap-y-0.5 px-4 pb-3 font-mono text-sm max-sm:grid-cols-1">
                {Object.entries(node.files).map(([name, content]) => (
                  <div key={name} className="contents">
                    <dt className="text-mute">{name}</dt>
                    <dd className="whitespace-pre-wrap break-all">{content.trimEnd() || "–"}</dd>
                  </div>
                ))}
              </dl>
            </details>
          </li>
        ))}
      </ol>
    </Panel>
  )
}
