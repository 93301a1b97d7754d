import type { TimeNamespaceSupport } from "../config/time-offsets.js"

/** One OCI runtime with its state directory. conmon runs its `create` and `exec`; these are the other commands. */
export interface OciRuntime {
  readonly name: string
  readonly path: string
  readonly version: string
  readonly stateDirectory: string
  readonly timeNamespaces: TimeNamespaceSupport
  /** Its containers are processes of this kernel, so that /proc/PID/root is what they see (not so in a virtual machine or gVisor). */
  readonly sharesKernel: boolean
  /** Lets the process of a created container go. `conflict` when it is gone or was started before. */
  start(id: string): Promise<void>
  /** Kills what still runs and forgets the container; no effect when it does not know it. The cgroup may stay: it is the engine's. */
  delete(id: string): Promise<void>
}
