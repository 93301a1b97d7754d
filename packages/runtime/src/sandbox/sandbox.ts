import type { ExecSpec, NamespaceKind, NamespaceReport, OciRuntimeInfo, StdioSession } from "../engine.js"
import type { ContainerSpec } from "../spec/container-spec.js"
import type { IdRange } from "../spec/id-range.js"

/** A mount as the OCI configuration has it, in order. */
export interface SandboxMount {
  source: string
  target: string
  type: string
  options: string[]
}

/** All that is decided before the OCI configuration is written. Pure data. */
export interface SandboxSpec {
  id: string
  hostname: string
  domainname?: string
  /** The resolved argument array. */
  arguments: string[]
  environment: string[]
  workingDirectory: string
  uid: number
  gid: number
  additionalGids: number[]
  terminal: boolean
  openStdin: boolean
  init: boolean
  readOnlyRoot: boolean
  privileged: boolean
  capabilities: string[]
  seccomp: NonNullable<ContainerSpec["seccomp"]>
  noNewPrivileges: boolean
  ulimits: NonNullable<ContainerSpec["ulimits"]>
  sysctls: Record<string, string>
  /** Volumes, binds, tmpfs, and /etc/hosts, /etc/hostname, /etc/resolv.conf. */
  mounts: SandboxMount[]
  shmSizeBytes: number
  /** Undefined: the host's user namespace. */
  idRange: IdRange | undefined
  /** `private`, `host`, or the path of the namespace to join. */
  namespaces: Record<Exclude<NamespaceKind, "user">, { kind: "private" } | { kind: "host" } | { kind: "path"; path: string }>
  /** Join this user namespace instead of making one (a pod's). */
  userNamespacePath?: string
  timeOffsets?: ContainerSpec["timeOffsets"]
  cgroupPath: string
  rootfs: string
  ociRuntime: string
  logPath: string
}

export interface CreatedSandbox {
  /** Of the container's first process, on the host. */
  pid: number
  /** Kernel start time in clock ticks (field 22 of /proc/PID/stat): with the pid it names one process for ever. */
  pidStartTicks: number
  conmonPid: number
}

/** A path of the host and where it is in the sandbox. */
export interface BoundMount {
  source: string
  target: string
}

export interface RestoreOptions {
  spec: SandboxSpec
  /** As `saveState` left it. */
  savedState: string
  /** Program and arguments that restore the process, with conmon's streams as its own, as a child of whoever runs it, and end; what conmon says to an OCI runtime follows. */
  command(facts: {
    /** What is bound into the sandbox. */
    mounts: readonly BoundMount[]
    /** To be written: what its descriptors 0 to 2 are, a line each. */
    stdioFile: string
    /** To be written: its pid on the host. */
    pidFile: string
  }): readonly string[]
  deadlineMs: number
}

/** OCI runtime and conmon behind one door. conmon is nobody's child but init's; it holds stdio, log and exit code. */
export interface SandboxDriver {
  /** Runs each OCI runtime for real once; the first that works is the default. */
  probeRuntimes(): Promise<OciRuntimeInfo[]>
  /**
   * Writes the bundle and runs conmon + `create`. The process waits for `start`. Undone wholly when it fails:
   * `command_not_found` (facts: exitCode 126 | 127) when the program is not in the container, `invalid_argument`, `limit_unsupported`, `unsupported` or
   * `tool_missing` for what cannot be had here, `conflict` when the sandbox exists, `runtime_failed` with the OCI runtime's words, `deadline_exceeded`.
   */
  create(spec: SandboxSpec): Promise<CreatedSandbox>
  /** Lets the process go. `conflict` when it was started before or is dead, `not_found` without a sandbox. */
  start(id: string): Promise<void>
  /** Resolves when the started process executes the container's program; before, it is the OCI runtime's own. `conflict` when that takes long, `unsupported` for other OCI runtimes than crun. */
  begun(id: string, pid: number): Promise<void>
  /**
   * Writes into a new directory what the OCI runtime knows of a sandbox, for `restore`. `stdio`: what its descriptors 0 to 2 were; `binds`: what is bound into it; `own`: where else something is mounted.
   * `unsupported` for other OCI runtimes than crun.
   */
  saveState(id: string, directory: string): Promise<{ stdio: string[]; binds: BoundMount[]; own: string[] }>
  /**
   * As `create` and `start` in one, of a process that another command makes. Undone wholly when it fails: `checkpoint_failed` with what was said, `conflict`, `deadline_exceeded`.
   */
  restore(options: RestoreOptions): Promise<CreatedSandbox>
  /** Kills what runs, waits until conmon has written its exit and is gone, removes bundle and sockets; no effect when it is gone. */
  delete(id: string): Promise<void>
  /** Ids known to the OCI runtimes, with a bundle in the run directory or with an exit nobody has forgotten, for reconciliation. */
  list(): Promise<string[]>
  /** Exit code that conmon wrote, once it has: of a container, or of an exec by its id. */
  exitOf(id: string): Promise<{ exitCode: number; finishedAt: number } | undefined>
  /** Calls back when an exit file appears (inotify); ids of containers and of execs. Returns what stops it. */
  onExit(listener: (id: string, exit: { exitCode: number; finishedAt: number }) => void): () => void
  /** Of a container, or of an exec with all that is left of it. */
  forgetExit(id: string): Promise<void>
  /** Makes conmon write to a fresh file after the old was renamed. */
  reopenLog(id: string): Promise<void>
  /**
   * Output from now on. Both outputs must be read: who does not holds the process back. `conflict` when it does not run. `stdin` is there when asked for and the
   * container has one (`openStdin` or a terminal); ending it ends the process's, which a terminal's process sees only as Ctrl-D typed.
   */
  attach(id: string, options: { stdin: boolean }): Promise<StdioSession>
  /**
   * Runs a further process, held by a conmon of its own, so that it outlives the daemon. `command_not_found` as in `create`, `not_found` when the container
   * does not run. Its exit is kept until `forgetExit`.
   */
  exec(options: {
    id: string
    execId: string
    spec: ExecSpec
    uid: number
    gid: number
    additionalGids: number[]
    environment: string[]
    workingDirectory: string
    capabilities: string[]
  }): Promise<StdioSession & { pid: number; exited: Promise<{ exitCode: number }> }>
  /** Joins an exec that runs. `not_found` when there is none, `conflict` when it has ended. A daemon's death ends the input of one without a terminal. */
  attachExec(id: string, execId: string): Promise<StdioSession & { exited: Promise<{ exitCode: number }> }>
  /** True while the exec's process runs: for reconciliation. */
  execAlive(id: string, execId: string): Promise<boolean>
  /** Runs a command to its end without streams (health checks): output bounded, killed after `timeoutMs`. */
  run(options: {
    id: string
    command: string[]
    uid: number
    gid: number
    environment: string[]
    workingDirectory: string
    timeoutMs: number
    maximumOutputBytes: number
  }): Promise<{ exitCode: number; output: string; timedOut: boolean }>
  namespaces(
    pid: number,
  ): Promise<Omit<NamespaceReport, "namespaces"> & { namespaces: { kind: NamespaceKind; inode: number; isHost: boolean }[] }>
}
