"use client"
import type { EngineInfo, HostInfo } from "@plimsoll/server/contract"
import { useTranslations } from "use-intl"
import { Panel } from "@/components/controls/panel"
import { Facts } from "@/components/controls/table"
import { Time } from "@/components/controls/time"
import { useFormat } from "@/lib/use-format"
import { useEngineName } from "../use-engine-name"

/** What the machine and its software are. `server`: of the console, on the machine that it runs on. What an engine does not tell is a dash. */
export function HostFacts({ info, server }: { info: EngineInfo; server: HostInfo | undefined }) {
  const t = useTranslations("host")
  const format = useFormat()
  const engineName = useEngineName()
  const told = info.bootedAt > 0
  return (
    <Panel title={t("machine")}>
      <Facts
        className="px-4 pb-4"
        rows={[
          { name: t("cpus"), value: format.cores(info.cpuCount) },
          { name: t("memory"), value: format.bytes(info.memoryBytes) },
          { name: t("swap"), value: info.swapBytes > 0 ? format.bytes(info.swapBytes) : told ? t("none") : format.bytes(null) },
          { name: t("hostname"), value: info.hostname },
          { name: t("kernel"), value: info.kernelVersion },
          { name: t("cgroups"), value: t(`cgroupVersion.${info.cgroupVersion}`) },
          { name: t("booted"), value: told ? <Time at={info.bootedAt} /> : format.bytes(null) },
          { name: t("engine"), value: engineName({ kind: info.kind, info }) },
          ...(server === undefined
            ? []
            : [
                {
                  name: t("server"),
                  value: (
                    <>
                      {server.serverVersion} · {t("started")} <Time at={server.startedAt} />
                    </>
                  ),
                },
              ]),
          { name: t("dataDirectory"), value: <code className="break-all text-sm">{info.dataDirectory}</code> },
        ]}
      />
    </Panel>
  )
}
