"use client"
import type { EngineInfo } from "@plimsoll/server/contract"
import { useTranslations } from "use-intl"
import { Badge } from "@/components/controls/badge"
import { EmptyState } from "@/components/controls/empty-state"
import { Panel } from "@/components/controls/panel"
import { StateDot } from "@/components/controls/state-dot"

/** The OCI runtimes that were probed, and what is to be said of each. The first that works is used by default. */
export function RuntimesPanel({ runtimes }: { runtimes: EngineInfo["ociRuntimes"] }) {
  const t = useTranslations("host")
  const first = runtimes.find((runtime) => runtime.works)
  return (
    <Panel title={t("runtimes")}>
      {runtimes.length === 0 ? <EmptyState title={t("noRuntime")} className="py-6" /> : null}
      <ul>
        {runtimes.map((runtime) => (
          <li key={runtime.name} className="border-line border-t px-4 py-2">
            <p className="flex flex-wrap items-baseline gap-x-2.5">
              <StateDot state={runtime.works ? "running" : "exited"} label={t(runtime.works ? "works" : "worksNot")} />
              <span className="font-medium">{runtime.name}</span>
              <span className="text-mute">{runtime.version}</span>
              {runtime === first ? <Badge tone="run">{t("default")}</Badge> : null}
              <code className="ml-auto text-faint text-sm">{runtime.path}</code>
            </p>
            {runtime.remark ? <p className="pl-5 text-mute">{runtime.remark}</p> : null}
          </li>
        ))}
      </ul>
    </Panel>
  )
}
