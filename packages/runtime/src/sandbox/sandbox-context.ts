import type { SpawnTool } from "../kernel/spawn-tool.js"
import type { ConfigHost } from "./config/oci-config.js"
import type { RuntimeRegistry } from "./runtimes/runtime-registry.js"
import type { SeccompPrograms } from "./runtimes/seccomp-programs.js"
import type { SandboxPaths } from "./sandbox-paths.js"

/** What the use cases of the sandbox driver share. */
export interface SandboxContext {
  readonly paths: SandboxPaths
  readonly spawn: SpawnTool
  readonly runtimes: RuntimeRegistry
  readonly seccompPrograms: SeccompPrograms
  /** Path of conmon; `tool_missing` when it is not installed. */
  conmon(): string
  configHost(): Omit<ConfigHost, "timePlan">
  /** For console sockets: its path is short enough for a socket address. */
  readonly temporaryDirectory: string
  readonly createDeadlineMs: number
  /** How long a conmon may take to write what it has read and its exit file. */
  readonly conmonGraceMs: number
}
