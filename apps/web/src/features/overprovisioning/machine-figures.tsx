"use client"
import type { DiskLedger, MemoryMakeup } from "@plimsoll/server/contract"
import { useTranslations } from "use-intl"
import { Panel } from "@/components/controls/panel"
import { Facts } from "@/components/controls/table"
import { useFormat } from "@/lib/use-format"
import { DiskFacts } from "./disk-facts"

/** What memory is made of, and how disks stand. */
export function MachineFigures({ memory, disks }: { memory: MemoryMakeup; disks: DiskLedger }) {
  const t = useTranslations("overprovisioning")
  const format = useFormat()
  const compressed = (of: { storedBytes: number; takenBytes: number } | null) =>
    of === null ? t("memory.none") : t("memory.stored", { stored: format.bytes(of.storedBytes), taken: format.bytes(of.takenBytes) })
  return (
    <div className="grid gap-4 lg:grid-cols-2">
      <Panel title={t("memory.title")}>
        <Facts
          className="px-4 pb-4"
          rows={[
            { name: t("memory.anon"), value: format.bytes(memory.anonBytes) },
            { name: t("memory.shmem"), value: format.bytes(memory.shmemBytes) },
            { name: t("memory.kernel"), value: format.bytes(memory.kernelBytes) },
            { name: t("memory.cached"), value: format.bytes(memory.cachedBytes) },
            { name: t("memory.free"), value: format.bytes(memory.freeBytes) },
            {
              name: t("memory.swap"),
              value:
                memory.swap.totalBytes === 0
                  ? t("memory.none")
                  : t("memory.swapOf", { used: format.bytes(memory.swap.usedBytes), total: format.bytes(memory.swap.totalBytes) }),
            },
            { name: t("memory.zram"), value: compressed(memory.zram) },
            { name: t("memory.zswap"), value: compressed(memory.zswap) },
          ]}
        />
      </Panel>
      <Panel title={t("disks.title")}>
        <DiskFacts disks={disks} className="px-4 pb-4" />
      </Panel>
    </div>
  )
}
