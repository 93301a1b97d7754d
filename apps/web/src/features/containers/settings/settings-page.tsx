"use client"
import { useTranslations } from "use-intl"
import { CopyButton } from "@/components/controls/copy-button"
import { EmptyState } from "@/components/controls/empty-state"
import { Panel } from "@/components/controls/panel"
import { SkeletonRows } from "@/components/controls/skeleton"
import { Facts } from "@/components/controls/table"
import { lacks } from "@/lib/hosts"
import { useMay } from "@/lib/session"
import { useFormat } from "@/lib/use-format"
import { quoteArgument } from "../create/split-command-line"
import { useContainer } from "../detail/container-context"
import { DiskPanel } from "./disk-panel"
import { LimitsPanel } from "./limits-panel"
import { NetworksPanel } from "./networks-panel"
import { RestartPanel } from "./restart-panel"

/** What can be changed while it runs, and all that was decided when it was made. */
export function SettingsPage() {
  const t = useTranslations("container.settings")
  const { id, inspect, host, away } = useContainer()
  const may = useMay()("containers.update")
  const role = useTranslations("notForYourRole")
  const changes = may && !away && !lacks(host, "update")
  return (
    <div className="grid grid-cols-2 items-start gap-4 max-lg:grid-cols-1">
      {changes ? (
        <div className="flex flex-col gap-4">
          <LimitsPanel key={id} />
          <RestartPanel key={`${id} restart`} />
          <DiskPanel key={`${id} disk`} />
          <NetworksPanel key={`${id} networks`} />
        </div>
      ) : !may ? (
        <EmptyState title={role("settings")} />
      ) : (
        <EmptyState title={away ? t("away.title") : t("noUpdate.title")}>
          {away ? t("away.text") : t("noUpdate.text", { engine: host?.info?.version ?? "" })}
        </EmptyState>
      )}
      {inspect ? <Configuration /> : away ? null : <SkeletonRows rows={10} label={t("loading")} />}
    </div>
  )
}

function Configuration() {
  const t = useTranslations("container.settings")
  const format = useFormat()
  const { inspect } = useContainer()
  if (!inspect) return null
  const { resolved } = inspect
  const mono = (text: string) => (text === "" ? "–" : <span className="break-all font-mono text-sm">{text}</span>)
  const list = (items: string[]) =>
    items.length === 0 ? (
      "–"
    ) : (
      <ul className="font-mono text-sm">
        {items.map((item) => (
          <li key={item} className="break-all">
            {item}
          </li>
        ))}
      </ul>
    )
  const user = inspect.userNamespace
  return (
    <Panel title={t("configuration")} aside={<CopyButton text={JSON.stringify(inspect, null, 2)} label={t("copyJson")} />}>
      <Facts
        className="px-4 pb-4"
        rows={[
          { name: t("command"), value: mono([...resolved.entrypoint, ...resolved.command].map(quoteArgument).join(" ")) },
          { name: t("user"), value: mono(resolved.user) },
          { name: t("workingDirectory"), value: mono(resolved.workingDirectory) },
          { name: t("hostname"), value: mono(resolved.hostname) },
          { name: t("environment"), value: list(resolved.environment) },
          {
            name: t("mounts"),
            value: list(
              resolved.mounts.map(
                (mount) => `${mount.target} ← ${mount.kind === "volume" ? mount.volume : mount.kind === "bind" ? mount.source : "tmpfs"}`,
              ),
            ),
          },
          { name: t("labels"), value: list(Object.entries(inspect.labels).map(([key, value]) => `${key}=${value}`)) },
          { name: t("stop"), value: t("stopText", { signal: resolved.stopSignal, grace: format.duration(resolved.stopTimeoutMs) }) },
          { name: t("init"), value: resolved.init ? t("yes") : t("no") },
          { name: t("readOnlyRoot"), value: resolved.readOnlyRoot ? t("yes") : t("no") },
          { name: t("ociRuntime"), value: mono(resolved.ociRuntime) },
          {
            name: t("userNamespace"),
            value: user.kind === "host" ? t("hostUsers") : mono(`0–${user.size - 1} → ${user.uidBase}–${user.uidBase + user.size - 1}`),
          },
          { name: t("writable"), value: format.bytes(inspect.writableBytes) },
          { name: t("cgroup"), value: mono(inspect.cgroupPath) },
          { name: t("logPath"), value: mono(inspect.logPath) },
          { name: t("imageId"), value: mono(inspect.imageId) },
          { name: t("id"), value: mono(inspect.id) },
        ]}
      />
    </Panel>
  )
}
