"use client"
import { type EngineFeature, localHost } from "@plimsoll/server/contract"
import { useTranslations } from "use-intl"
import { Select } from "@/components/controls/select"
import { isAway, lacks } from "@/lib/hosts"
import { useHosts } from "@/lib/live"

interface HostSelectProps {
  /** Id of a host. */
  value: string
  onValueChange: (host: string) => void
  /** An operation without which a host is of no use here. */
  needs?: EngineFeature
}

/** On which host something is to be. One that is away, or whose engine lacks what is needed, cannot be chosen. */
export function HostSelect({ value, onValueChange, needs }: HostSelectProps) {
  const t = useTranslations("hosts")
  const { list } = useHosts()
  return (
    <Select
      value={value}
      onValueChange={onValueChange}
      options={list.map((host) => ({
        value: host.id,
        label: host.name,
        disabled: isAway(host) || (needs !== undefined && lacks(host, needs)),
        description: isAway(host)
          ? t("status.away")
          : needs !== undefined && lacks(host, needs)
            ? t("lacksFeature", { feature: t(`feature.${needs}`) })
            : host.id === localHost
              ? t("thisMachine")
              : (host.info?.version ?? ""),
      }))}
    />
  )
}
