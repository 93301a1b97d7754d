import type { OverprovisioningNow } from "../../contract/overprovisioning.js"
import { gauge, type MetricGroup } from "./metric-family.js"

const DAY_SECONDS = 86_400

/** What memory and disks of the machine that the console runs on are made of. */
export const memoryGroup: MetricGroup<Pick<OverprovisioningNow, "memory" | "disks">> = {
  title: "What memory and disks are made of",
  labels: ["host"],
  families: [
    gauge({
      name: "plimsoll_host_memory_makeup_bytes",
      unit: "bytes",
      help: "Memory of the machine by what it holds; what is cached could go at once and is not use",
      labels: ["kind"],
      read: ({ memory }) =>
        Object.entries({
          anon: memory.anonBytes,
          shmem: memory.shmemBytes,
          kernel: memory.kernelBytes,
          cached: memory.cachedBytes,
          free: memory.freeBytes,
        }).map(([kind, value]) => ({ labels: { kind }, value })),
    }),
    gauge({
      name: "plimsoll_host_zram_stored_bytes",
      unit: "bytes",
      help: "What was pushed out to zram, before compression",
      read: ({ memory }) => memory.zram?.storedBytes,
    }),
    gauge({
      name: "plimsoll_host_zram_taken_bytes",
      unit: "bytes",
      help: "Memory that zram takes for it",
      read: ({ memory }) => memory.zram?.takenBytes,
    }),
    gauge({
      name: "plimsoll_host_zswap_stored_bytes",
      unit: "bytes",
      help: "What zswap holds, before compression",
      read: ({ memory }) => memory.zswap?.storedBytes,
    }),
    gauge({
      name: "plimsoll_host_zswap_taken_bytes",
      unit: "bytes",
      help: "Memory that zswap takes for it",
      read: ({ memory }) => memory.zswap?.takenBytes,
    }),
    gauge({
      name: "plimsoll_limited_disks_promised_bytes",
      unit: "bytes",
      help: "Sizes of all disks with a limit",
      read: ({ disks }) => disks.promisedBytes,
    }),
    gauge({
      name: "plimsoll_limited_disks_allocated_bytes",
      unit: "bytes",
      help: "What they take of the machine's disk",
      read: ({ disks }) => disks.allocatedBytes,
    }),
    gauge({
      name: "plimsoll_limited_disks_used_bytes",
      unit: "bytes",
      help: "What is in them",
      read: ({ disks }) => disks.usedBytes,
    }),
    gauge({
      name: "plimsoll_limited_disks_reclaimable_bytes",
      unit: "bytes",
      help: "What compacting them would give back",
      read: ({ disks }) => disks.reclaimableBytes,
    }),
    gauge({
      name: "plimsoll_disk_full_in_seconds",
      unit: "seconds",
      help: "When the machine's disk is full at the pace of the last days; absent: it does not fill, or is not known",
      read: ({ disks }) => (disks.daysToFull === null ? null : disks.daysToFull * DAY_SECONDS),
    }),
  ],
}
