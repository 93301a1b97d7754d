/**
 * The parts of the Docker Engine API's answers that are read here (API 1.41 and later; Podman leaves some out, which is why nearly all is
 * optional). Names are the API's. (docs.docker.com/reference/api/engine)
 */
export interface WireContainer {
  Id: string
  Name?: string
  Created?: string
  Image?: string
  Path?: string
  Args?: string[] | null
  RestartCount?: number
  LogPath?: string
  SizeRw?: number
  State?: WireState
  Config?: WireConfig
  HostConfig?: WireHostConfig
  NetworkSettings?: { Ports?: Record<string, WireBinding[] | null> | null; Networks?: Record<string, WireEndpoint> | null }
  Mounts?: WireMountPoint[] | null
}

export interface WireState {
  Status?: string
  Pid?: number
  ExitCode?: number
  OOMKilled?: boolean
  Error?: string
  StartedAt?: string
  FinishedAt?: string
  Health?: WireHealth | null
  /** Podman before 4.5. */
  Healthcheck?: WireHealth | null
}

export interface WireHealth {
  Status?: string
  Log?: { Start?: string; End?: string; ExitCode?: number; Output?: string }[] | null
}

export interface WireHealthCheck {
  Test?: string[] | null
  Interval?: number
  Timeout?: number
  StartPeriod?: number
  Retries?: number
}

export interface WireConfig {
  Hostname?: string
  Domainname?: string
  User?: string
  Tty?: boolean
  OpenStdin?: boolean
  StdinOnce?: boolean
  Env?: string[] | null
  Cmd?: string[] | string | null
  Entrypoint?: string[] | string | null
  Image?: string
  Volumes?: Record<string, object> | null
  WorkingDir?: string
  Labels?: Record<string, string> | null
  StopSignal?: string
  StopTimeout?: number | null
  ExposedPorts?: Record<string, object> | null
  Healthcheck?: WireHealthCheck | null
}

export interface WireBinding {
  HostIp?: string
  HostPort?: string
}

export interface WireEndpoint {
  NetworkID?: string
  MacAddress?: string
  IPAddress?: string
  IPPrefixLen?: number
  Gateway?: string
  Aliases?: string[] | null
  IPAMConfig?: { IPv4Address?: string } | null
}

export interface WireMount {
  Type?: string
  Source?: string
  Target?: string
  ReadOnly?: boolean
  BindOptions?: { Propagation?: string } | null
  VolumeOptions?: { NoCopy?: boolean } | null
  TmpfsOptions?: { SizeBytes?: number; Mode?: number } | null
}

export interface WireMountPoint {
  Type?: string
  Name?: string
  Source?: string
  Destination?: string
  RW?: boolean
  Propagation?: string
}

export interface WireDeviceRate {
  Path?: string
  Rate?: number
}

export interface WireHostConfig {
  Binds?: string[] | null
  Mounts?: WireMount[] | null
  Tmpfs?: Record<string, string> | null
  NetworkMode?: string
  PortBindings?: Record<string, WireBinding[] | null> | null
  RestartPolicy?: { Name?: string; MaximumRetryCount?: number } | null
  AutoRemove?: boolean
  CapAdd?: string[] | null
  CapDrop?: string[] | null
  Dns?: string[] | null
  ExtraHosts?: string[] | null
  IpcMode?: string
  PidMode?: string
  UTSMode?: string
  UsernsMode?: string
  Privileged?: boolean
  ReadonlyRootfs?: boolean
  SecurityOpt?: string[] | null
  ShmSize?: number
  Sysctls?: Record<string, string> | null
  Runtime?: string
  Init?: boolean | null
  Ulimits?: { Name?: string; Soft?: number; Hard?: number }[] | null
  LogConfig?: { Type?: string; Config?: Record<string, string> | null } | null
  Memory?: number
  MemoryReservation?: number
  MemorySwap?: number
  NanoCpus?: number
  CpuQuota?: number
  CpuPeriod?: number
  CpuShares?: number
  CpusetCpus?: string
  CpusetMems?: string
  PidsLimit?: number | null
  BlkioWeight?: number
  BlkioDeviceReadBps?: WireDeviceRate[] | null
  BlkioDeviceWriteBps?: WireDeviceRate[] | null
  BlkioDeviceReadIOps?: WireDeviceRate[] | null
  BlkioDeviceWriteIOps?: WireDeviceRate[] | null
}

/** A row of `GET /containers/json`. */
export interface WireContainerRow {
  Id: string
  Names?: string[] | null
  Image?: string
  ImageID?: string
  State?: string
  Labels?: Record<string, string> | null
  Ports?: { IP?: string; PrivatePort?: number; PublicPort?: number; Type?: string }[] | null
  Mounts?: WireMountPoint[] | null
}

export interface WireImageRow {
  Id: string
  RepoTags?: string[] | null
}

export interface WireImage {
  Id: string
  RepoTags?: string[] | null
  RepoDigests?: string[] | null
  Created?: string
  Author?: string
  Comment?: string
  Architecture?: string
  Variant?: string
  Os?: string
  Size?: number
  Config?: WireConfig | null
  RootFS?: { Layers?: string[] | null }
  Metadata?: { LastTagTime?: string } | null
}

export interface WireHistory {
  Id?: string
  Created?: number
  CreatedBy?: string
  Comment?: string
  Size?: number
}

export interface WireNetwork {
  Id?: string
  Name?: string
  Created?: string
  Driver?: string
  Internal?: boolean
  IPAM?: { Config?: { Subnet?: string; Gateway?: string }[] | null }
  Containers?: Record<string, { Name?: string; IPv4Address?: string }> | null
  Options?: Record<string, string> | null
  Labels?: Record<string, string> | null
}

export interface WireVolume {
  Name: string
  Mountpoint?: string
  CreatedAt?: string
  Labels?: Record<string, string> | null
  UsageData?: { Size?: number } | null
}

export interface WireInfo {
  Name?: string
  ServerVersion?: string
  KernelVersion?: string
  OperatingSystem?: string
  Architecture?: string
  NCPU?: number
  MemTotal?: number
  DockerRootDir?: string
  CgroupVersion?: string
  CgroupDriver?: string
  Driver?: string
  SystemTime?: string
  SecurityOptions?: string[] | null
  Runtimes?: Record<string, { path?: string }> | null
  DefaultRuntime?: string
  RuncCommit?: { ID?: string } | null
  InitBinary?: string
  MemoryLimit?: boolean
  SwapLimit?: boolean
  CpuCfsQuota?: boolean
  CPUShares?: boolean
  CPUSet?: boolean
  PidsLimit?: boolean
  Warnings?: string[] | null
  Plugins?: { Log?: string[] | null } | null
}

export interface WireVersion {
  Version?: string
  ApiVersion?: string
  Components?: { Name?: string; Version?: string; Details?: Record<string, string> | null }[] | null
}

export interface WireEvent {
  Type?: string
  Action?: string
  /** Older spelling of the action. */
  status?: string
  id?: string
  Actor?: { ID?: string; Attributes?: Record<string, string> | null } | null
  time?: number
  timeNano?: number
}

export interface WireExec {
  ID?: string
  Running?: boolean
  ExitCode?: number | null
  Pid?: number
  ContainerID?: string
  ProcessConfig?: { entrypoint?: string; arguments?: string[] | null; tty?: boolean } | null
}

export interface WireStats {
  read?: string
  cpu_stats?: {
    cpu_usage?: { total_usage?: number; usage_in_usermode?: number; usage_in_kernelmode?: number }
    throttling_data?: { periods?: number; throttled_periods?: number; throttled_time?: number }
  }
  memory_stats?: { usage?: number; limit?: number; failcnt?: number; stats?: Record<string, number> | null }
  pids_stats?: { current?: number; limit?: number }
  blkio_stats?: { io_service_bytes_recursive?: WireBlkio[] | null; io_serviced_recursive?: WireBlkio[] | null }
  networks?: Record<string, WireLink> | null
}

export interface WireBlkio {
  op?: string
  value?: number
}

export interface WireLink {
  rx_bytes?: number
  rx_packets?: number
  rx_dropped?: number
  tx_bytes?: number
  tx_packets?: number
  tx_dropped?: number
}
