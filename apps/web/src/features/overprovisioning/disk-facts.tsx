"use client"
import type { DiskLedger } from "@plimsoll/server/contract"
import { useTranslations } from "use-intl"
import { Facts } from "@/components/controls/table"
import { Meaning } from "@/components/overprovisioning/meaning"
import { useFormat } from "@/lib/use-format"

/** How disks with a limit stand, and when they are full at the pace of the last days. */
export function DiskFacts({ disks, className }: { disks: DiskLedger; className?: string | undefined }) {
  const t = useTranslations("overprovisioning.disks")
  const format = useFormat()
  const name = (fact: "promised" | "allocated" | "used" | "reclaimable" | "daysToFull") => (
    <Meaning of={t(`meaning.${fact}`)}>{t(fact)}</Meaning>
  )
  return (
    <Facts
      className={className}
      rows={[
        { name: name("promised"), value: format.bytes(disks.promisedBytes) },
        { name: name("allocated"), value: format.bytes(disks.allocatedBytes) },
        { name: name("used"), value: format.bytes(disks.usedBytes) },
        { name: name("reclaimable"), value: format.bytes(disks.reclaimableBytes) },
        {
          name: name("daysToFull"),
          value: disks.daysToFull === null ? t("unknown") : t("days", { days: Math.floor(disks.daysToFull) }),
        },
      ]}
    />
  )
}
