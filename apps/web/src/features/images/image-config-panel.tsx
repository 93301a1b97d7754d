"use client"
import type { ImageConfig } from "@plimsoll/server/contract"
import { useTranslations } from "use-intl"
import { Panel } from "@/components/controls/panel"
import { Facts } from "@/components/controls/table"

/** What a container gets from the image unless it asks for something else. */
export function ImageConfigPanel({ config }: { config: ImageConfig }) {
  const t = useTranslations("images")
  const none = <span className="text-faint">{t("notSet")}</span>
  const list = (values: readonly string[]) => (values.length === 0 ? none : <code className="text-sm">{values.join(" ")}</code>)
  const lines = (values: readonly string[]) =>
    values.length === 0 ? (
      none
    ) : (
      <ul>
        {values.map((value) => (
          <li key={value}>
            <code className="break-all text-sm">{value}</code>
          </li>
        ))}
      </ul>
    )
  return (
    <Panel title={t("config")}>
      <Facts
        className="px-4 pb-4"
        rows={[
          { name: t("entrypoint"), value: list(config.entrypoint) },
          { name: t("command"), value: list(config.command) },
          {
            name: t("workingDirectory"),
            value: config.workingDirectory === "" ? none : <code className="text-sm">{config.workingDirectory}</code>,
          },
          {
            name: t("user"),
            value: config.user === "" ? <span className="text-faint">{t("root")}</span> : <code className="text-sm">{config.user}</code>,
          },
          { name: t("environment"), value: lines(config.environment) },
          { name: t("ports"), value: list(config.exposedPorts) },
          { name: t("volumes"), value: list(config.volumes) },
          ...(config.stopSignal === undefined
            ? []
            : [{ name: t("stopSignal"), value: <code className="text-sm">{config.stopSignal}</code> }]),
          { name: t("labels"), value: lines(Object.entries(config.labels).map(([name, value]) => `${name}=${value}`)) },
        ]}
      />
    </Panel>
  )
}
