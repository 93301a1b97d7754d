"use client"
import type { HostLiveMessage } from "@plimsoll/server/contract"
import { useTranslations } from "use-intl"
import { Panel } from "@/components/controls/panel"
import { useFormat } from "@/lib/use-format"
import { ResourceBar } from "./resource-bar"
import type { Sold } from "./sold"

/** CPU: used now of what there is, and what was sold of it. */
export function CpuMini({ live, sold }: { live: HostLiveMessage; sold: Sold | null }) {
  const t = useTranslations("overview")
  const format = useFormat()
  const { cores, usedCores } = live.cpu
  return (
    <Panel
      title={t("cpu")}
      aside={sold === null || sold.cpuCores === 0 ? null : t("soldTimes", { times: format.times(sold.cpuCores / cores) })}
    >
      <ResourceBar
        label={t("cpuLabel", { used: format.number(usedCores), cores })}
        share={usedCores === null ? null : usedCores / cores}
        caption={t("cpuUsed", {
          used: format.number(usedCores),
          cores,
          share: format.percent(usedCores === null ? null : usedCores / cores),
        })}
        note={t("load", {
          one: format.number(live.cpu.loadAverage[0]),
          five: format.number(live.cpu.loadAverage[1]),
          fifteen: format.number(live.cpu.loadAverage[2]),
        })}
        remark={sold !== null && sold.withoutCpuLimit > 0 ? t("withoutCpuLimit", { count: sold.withoutCpuLimit }) : null}
      />
    </Panel>
  )
}

/** Disk: the file system that holds everything, and how busy it is. */
export function DiskMini({ live }: { live: HostLiveMessage }) {
  const t = useTranslations("overview")
  const format = useFormat()
  const { totalBytes, usedBytes, readBytesPerSecond, writeBytesPerSecond } = live.disk
  const share = totalBytes === 0 ? null : usedBytes / totalBytes
  return (
    <Panel title={t("disk")} aside={t("diskFree", { free: format.bytes(Math.max(0, totalBytes - usedBytes)) })}>
      <ResourceBar
        label={t("diskLabel", { used: format.bytes(usedBytes), total: format.bytes(totalBytes) })}
        share={share}
        caption={t("diskUsed", { used: format.bytes(usedBytes), total: format.bytes(totalBytes), share: format.percent(share) })}
        note={t("diskRates", { read: format.bytesPerSecond(readBytesPerSecond), write: format.bytesPerSecond(writeBytesPerSecond) })}
        remark={null}
      />
    </Panel>
  )
}
