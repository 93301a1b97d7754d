import type { ContainerStatus, EngineInfo, Pressure } from "./engine-types.js"

export interface HostInfo extends EngineInfo {
  serverVersion: string
  /** When this server process started. */
  startedAt: number
}

export interface TopConsumer {
  id: string
  name: string
  tenant: string
  /** Cores or bytes. */
  value: number
  /** Its limit in the same unit; `null`: none. */
  limit: number | null
}

/** The host's use over the last second. `null`: unknown (the first second, or the kernel does not tell). */
export interface HostUsage {
  at: number
  cpu: { cores: number; usedCores: number | null; loadAverage: [number, number, number] }
  memory: { totalBytes: number; usedBytes: number; availableBytes: number; cachedBytes: number }
  swap: { totalBytes: number; usedBytes: number }
  network: { receivedBytesPerSecond: number | null; transmittedBytesPerSecond: number | null }
  disk: {
    readBytesPerSecond: number | null
    writeBytesPerSecond: number | null
    /** File system that holds the data directory. */
    totalBytes: number
    usedBytes: number
  }
  pressure: { cpu?: Pressure; memory?: Pressure; io?: Pressure }
}

export interface HostLiveMessage extends HostUsage {
  counts: Record<ContainerStatus, number>
  /** Five each, the highest first. */
  top: { cpu: TopConsumer[]; memory: TopConsumer[] }
}
