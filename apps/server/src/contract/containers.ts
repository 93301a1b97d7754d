import { z } from "zod"
import { bounds } from "./bounds.js"
import { containerSpec, restartPolicy } from "./container-spec.js"
import type { ContainerStats, ContainerSummary, EngineErrorCode } from "./engine-types.js"
import { hostId, localHost, type OnHost } from "./hosts.js"
import {
  absolutePath,
  argumentText,
  byteCount,
  containerName,
  diskSize,
  durationMs,
  idInput,
  imageReference,
  objectId,
  signalName,
  tenantName,
} from "./primitives.js"
import { resourceLimitsChange } from "./resource-limits.js"
import { terminalSize } from "./terminal.js"

export const listContainersInput = z
  .object({
    /** Absent: all hosts. */
    host: hostId.exactOptional(),
    tenant: tenantName.exactOptional(),
    statuses: z.array(z.enum(["created", "running", "paused", "hibernated", "restarting", "exited", "removing", "dead"])).exactOptional(),
    /** `key` or `key=value`; all must match. */
    labels: z.array(z.string().max(bounds.labelLength)).max(32).exactOptional(),
  })
  .default({})

/** Where the operator lets something pass the load line: why. Refused for everybody else. */
export const overrule = z.string().trim().min(3, "say why, in a few words").max(bounds.reasonLength)

export const createContainerInput = containerSpec.extend({ host: hostId.default(localHost), overrule: overrule.exactOptional() })
export const stopContainerInput = idInput.extend({ signal: signalName.exactOptional(), timeoutMs: durationMs.exactOptional() })
export const killContainerInput = idInput.extend({ signal: signalName.exactOptional() })
export const restartContainerInput = idInput.extend({ timeoutMs: durationMs.exactOptional() })
export const renameContainerInput = idInput.extend({ name: containerName })
export const removeContainerInput = idInput.extend({ force: z.boolean().exactOptional(), removeVolumes: z.boolean().exactOptional() })
export const resizeContainerDiskInput = idInput.extend({ sizeBytes: diskSize, overrule: overrule.exactOptional() })
export const updateContainerInput = idInput.extend({
  overrule: overrule.exactOptional(),
  limits: resourceLimitsChange.exactOptional(),
  restartPolicy: restartPolicy.exactOptional(),
})
export const reclaimContainerInput = idInput.extend({ bytes: byteCount.min(1) })
export const commitContainerInput = idInput.extend({
  reference: imageReference.exactOptional(),
  author: argumentText.max(1024).exactOptional(),
  comment: argumentText.max(4096).exactOptional(),
  pause: z.boolean().exactOptional(),
})
export const containerFilesInput = idInput.extend({ path: absolutePath })

export const bulkActions = ["start", "stop", "kill", "restart", "pause", "resume", "nap", "hibernate", "wake", "remove"] as const
export type BulkAction = (typeof bulkActions)[number]

export const bulkContainersInput = z.object({
  action: z.enum(bulkActions),
  ids: z.array(objectId).min(1).max(bounds.bulkCount),
  options: z
    .object({
      signal: signalName.exactOptional(),
      timeoutMs: durationMs.exactOptional(),
      force: z.boolean().exactOptional(),
      removeVolumes: z.boolean().exactOptional(),
    })
    .exactOptional(),
})

/** Every id of the request is in exactly one of the lists. */
export interface BulkResult {
  done: string[]
  failed: { id: string; code: EngineErrorCode; message: string }[]
}

export const openTerminalInput = terminalSize.extend({
  id: objectId,
  /** Absent: the first of `bash` and `sh` that the container has. */
  command: z.array(argumentText).min(1).max(bounds.argumentCount).exactOptional(),
  user: argumentText.max(128).exactOptional(),
})
export const rejoinTerminalInput = z.object({ execId: objectId })

/** Rates over the last second. `null`: unknown (the first second of a container, or this host cannot tell). */
export interface ContainerRates {
  at: number
  cpuCores: number | null
  /** Share of the scheduler's periods in which the CPU limit stopped it, 0–1. */
  cpuThrottledShare: number | null
  memoryUsedBytes: number
  memoryLimitBytes: number | null
  receivedBytesPerSecond: number | null
  transmittedBytesPerSecond: number | null
  readBytesPerSecond: number | null
  writeBytesPerSecond: number | null
  pids: number
}

/** A row of the live list. `stats` is `null` while nothing runs. */
export type ContainerRow = OnHost<ContainerSummary> & { stats: ContainerRates | null }

/**
 * First one snapshot, then a delta each second. A reader that is too slow gets several seconds merged into one delta, so
 * that applying all it receives, in order, always gives the present state.
 */
export type ContainersLiveMessage =
  | { type: "snapshot"; at: number; containers: ContainerRow[] }
  | { type: "delta"; at: number; upserted: ContainerRow[]; removed: string[]; stats: ({ id: string } & ContainerRates)[] }

export interface ContainerStatsMessage {
  stats: ContainerStats
  rates: ContainerRates
}
