/** The parts of an OCI configuration (runtime-spec config.md, config-linux.md) that the engine writes, in its spelling. */
export interface OciConfig {
  ociVersion: string
  process: OciProcess
  root: { path: string; readonly: boolean }
  hostname?: string
  domainname?: string
  mounts: OciMount[]
  annotations?: Record<string, string>
  linux: OciLinux
}

export interface OciProcess {
  terminal: boolean
  consoleSize?: { height: number; width: number }
  user: { uid: number; gid: number; additionalGids: number[] }
  args: string[]
  env: string[]
  cwd: string
  capabilities: OciCapabilities
  rlimits: OciRlimit[]
  noNewPrivileges: boolean
  oomScoreAdj?: number
}

export interface OciCapabilities {
  bounding: string[]
  effective: string[]
  inheritable: string[]
  permitted: string[]
  ambient: string[]
}

export interface OciRlimit {
  type: string
  soft: number
  hard: number
}

export interface OciMount {
  destination: string
  type: string
  source: string
  options: string[]
}

export interface OciIdMapping {
  containerID: number
  hostID: number
  size: number
}

export interface OciNamespace {
  type: "pid" | "network" | "mount" | "ipc" | "uts" | "user" | "cgroup" | "time"
  path?: string
}

export interface OciDeviceRule {
  allow: boolean
  type?: "a" | "b" | "c"
  major?: number
  minor?: number
  access: string
}

export interface OciLinux {
  namespaces: OciNamespace[]
  uidMappings?: OciIdMapping[]
  gidMappings?: OciIdMapping[]
  timeOffsets?: Record<string, { secs: number; nanosecs: number }>
  sysctl?: Record<string, string>
  cgroupsPath: string
  resources: { devices: OciDeviceRule[] }
  seccomp?: OciSeccomp
  maskedPaths: string[]
  readonlyPaths: string[]
}

export interface OciSeccomp {
  defaultAction: string
  defaultErrnoRet?: number
  architectures?: string[]
  flags?: string[]
  syscalls: OciSyscallRule[]
}

export interface OciSyscallRule {
  names: string[]
  action: string
  errnoRet?: number
  args?: { index: number; value: number; valueTwo?: number; op: string }[]
}
