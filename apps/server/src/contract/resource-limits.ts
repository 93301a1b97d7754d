import type { ResourceLimits } from "@plimsoll/runtime"
import { z } from "zod"
import { byteCount } from "./primitives.js"

const rate = byteCount.min(1)
const weight = z.number().int().min(1).max(10_000)
const idList = z
  .string()
  .max(256)
  .regex(/^\d+(?:-\d+)?(?:,\d+(?:-\d+)?)*$/, "must be a list such as “0-1,3”")

const blockDeviceLimit = z.object({
  device: z.string().regex(/^\d{1,4}:\d{1,7}$/, "must be “major:minor”, for example “8:0”"),
  readBytesPerSecond: rate.exactOptional(),
  writeBytesPerSecond: rate.exactOptional(),
  readOperationsPerSecond: rate.exactOptional(),
  writeOperationsPerSecond: rate.exactOptional(),
})

/** A smaller memory limit leaves no room for a process at all. */
const memoryBytes = byteCount.min(4 * 1024 * 1024, "must be at least 4 MiB")

const fields = {
  memoryMaxBytes: memoryBytes,
  memoryHighBytes: memoryBytes,
  memoryLowBytes: byteCount,
  memoryMinBytes: byteCount,
  swapMaxBytes: byteCount,
  cpuMaxCores: z.number().min(0.01).max(4096),
  cpuWeight: weight,
  cpusetCpus: idList,
  cpusetMems: idList,
  pidsMax: z.number().int().min(1).max(4_194_304),
  ioWeight: weight,
  ioDevices: z.array(blockDeviceLimit).max(64),
  hugetlbMaxBytes: z.record(z.string().regex(/^\d+[KMG]B$/), byteCount),
}

/** Limits as a caller asks for them. Leave a key out for “no limit of its own”; `undefined` as a value is refused. */
export const resourceLimits = z.strictObject({
  memoryMaxBytes: fields.memoryMaxBytes.exactOptional(),
  memoryHighBytes: fields.memoryHighBytes.exactOptional(),
  memoryLowBytes: fields.memoryLowBytes.exactOptional(),
  memoryMinBytes: fields.memoryMinBytes.exactOptional(),
  swapMaxBytes: fields.swapMaxBytes.exactOptional(),
  cpuMaxCores: fields.cpuMaxCores.exactOptional(),
  cpuWeight: fields.cpuWeight.exactOptional(),
  cpusetCpus: fields.cpusetCpus.exactOptional(),
  cpusetMems: fields.cpusetMems.exactOptional(),
  pidsMax: fields.pidsMax.exactOptional(),
  ioWeight: fields.ioWeight.exactOptional(),
  ioDevices: fields.ioDevices.exactOptional(),
  hugetlbMaxBytes: fields.hugetlbMaxBytes.exactOptional(),
}) satisfies z.ZodType<ResourceLimits>

/** A change of limits: a number sets, `null` lifts, an absent key leaves as it is. */
export const resourceLimitsChange = z.strictObject({
  memoryMaxBytes: fields.memoryMaxBytes.nullable().exactOptional(),
  memoryHighBytes: fields.memoryHighBytes.nullable().exactOptional(),
  memoryLowBytes: fields.memoryLowBytes.nullable().exactOptional(),
  memoryMinBytes: fields.memoryMinBytes.nullable().exactOptional(),
  swapMaxBytes: fields.swapMaxBytes.nullable().exactOptional(),
  cpuMaxCores: fields.cpuMaxCores.nullable().exactOptional(),
  cpuWeight: fields.cpuWeight.nullable().exactOptional(),
  cpusetCpus: fields.cpusetCpus.nullable().exactOptional(),
  cpusetMems: fields.cpusetMems.nullable().exactOptional(),
  pidsMax: fields.pidsMax.nullable().exactOptional(),
  ioWeight: fields.ioWeight.nullable().exactOptional(),
  ioDevices: fields.ioDevices.nullable().exactOptional(),
  hugetlbMaxBytes: fields.hugetlbMaxBytes.nullable().exactOptional(),
})
