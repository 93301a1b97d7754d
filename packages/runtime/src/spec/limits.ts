/** Rates of one block device. Rates are per second; absent means unlimited. */
export interface BlockDeviceLimit {
  /** `major:minor`, for example `8:0`. */
  device: string
  readBytesPerSecond?: number
  writeBytesPerSecond?: number
  readOperationsPerSecond?: number
  writeOperationsPerSecond?: number
}

/**
 * Everything a limit can mean, in the units and ranges of cgroup v2 (Documentation/admin-guide/cgroup-v2.rst); the v1
 * driver translates. Absent means "no limit of its own" (the tenant's still holds).
 */
export interface ResourceLimits {
  /** Hard limit of resident memory, bytes; passing it ends in the OOM killer. v2 memory.max, v1 memory.limit_in_bytes. */
  memoryMaxBytes?: number
  /** Reclaim and throttle above this, bytes. v2 memory.high; v1 cannot. */
  memoryHighBytes?: number
  /** Best-effort protection from reclaim, bytes. v2 memory.low; v1 memory.soft_limit_in_bytes is only a hint and is refused. */
  memoryLowBytes?: number
  /** Hard protection from reclaim, bytes. v2 memory.min; v1 cannot. */
  memoryMinBytes?: number
  /** Swap allowed beside memory, bytes; 0 forbids it. v2 memory.swap.max, v1 memory.memsw.limit_in_bytes = memory + swap. */
  swapMaxBytes?: number
  /** CPU bandwidth in cores, for example 0.5. v2 cpu.max, v1 cpu.cfs_quota_us. */
  cpuMaxCores?: number
  /** Share under contention, 1–10000, default 100. v2 cpu.weight, v1 cpu.shares. */
  cpuWeight?: number
  /** List of CPUs, for example `0-1,3`. */
  cpusetCpus?: string
  /** List of memory nodes. */
  cpusetMems?: string
  /** Highest number of processes and threads. */
  pidsMax?: number
  /** Share of disk time under contention, 1–10000, default 100. v2 io.weight, v1 blkio.weight / blkio.bfq.weight. */
  ioWeight?: number
  ioDevices?: BlockDeviceLimit[]
  /** Bytes of huge pages by page size, for example `{ "2MB": 4194304 }`. */
  hugetlbMaxBytes?: Record<string, number>
}

export type ResourceLimitName = keyof ResourceLimits
