"use client"
import type { HostTest } from "@plimsoll/server/contract"
import { CircleCheck } from "lucide-react"
import { useTranslations } from "use-intl"
import { Facts } from "@/components/controls/table"
import { engineFeatures } from "@/lib/hosts"
import { useFormat } from "@/lib/use-format"

/** What was found behind an endpoint: which engine, what is there already, and what it cannot do. */
export function HostTestResult({ found }: { found: HostTest }) {
  const t = useTranslations("hosts")
  const words = useTranslations("host")
  const format = useFormat()
  const { info } = found
  const lacking = engineFeatures.filter((feature) => !info.features.includes(feature))
  return (
    <section role="status" className="rounded-control border border-run/60 p-3">
      <p className="mb-2 flex items-center gap-2 font-medium">
        <CircleCheck aria-hidden className="size-4 shrink-0 text-run-ink" />
        {t("found.title", { engine: info.version, host: info.hostname })}
      </p>
      <Facts
        rows={[
          { name: t("found.there"), value: t("found.counts", { containers: found.containers, images: found.images }) },
          { name: t("found.machine"), value: `${format.cores(info.cpuCount)} · ${format.bytes(info.memoryBytes)}` },
          { name: t("found.system"), value: `${info.operatingSystem} · ${info.architecture} · ${info.kernelVersion}` },
          { name: words("cgroups"), value: words(`cgroupVersion.${info.cgroupVersion}`) },
          {
            name: t("found.cannot"),
            value: lacking.length === 0 ? t("found.lacksNothing") : lacking.map((feature) => t(`feature.${feature}`)).join(", "),
          },
        ]}
      />
    </section>
  )
}
