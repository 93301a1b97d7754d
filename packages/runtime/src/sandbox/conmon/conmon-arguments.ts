import type { OciRuntime } from "../runtimes/oci-runtime.js"

interface CommonOptions {
  id: string
  runtime: OciRuntime
  /** Of sockets and fifos; for a container also the OCI bundle. */
  directory: string
  exitDirectory: string
  terminal: boolean
  /** Hold a pipe to standard input open. A terminal has its input anyway. */
  stdin: boolean
}

/** Arguments with which conmon makes and then supervises a container. */
export function createArguments(options: CommonOptions & { logPath: string }): string[] {
  return [...commonArguments(options), "--log-path", `k8s-file:${options.logPath}`]
}

/** Arguments with which conmon runs a further process in a container and waits with it until somebody has attached. */
export function execArguments(options: CommonOptions & { processSpec: string }): string[] {
  return [...commonArguments(options), "--log-path", "none", "--exec", "--exec-attach", "--exec-process-spec", options.processSpec]
}

function commonArguments(options: CommonOptions): string[] {
  return [
    ["--api-version", "1"],
    ["--cid", options.id],
    ["--cuuid", options.id],
    ["--runtime", options.runtime.path],
    ["--runtime-arg", "--root"],
    ["--runtime-arg", options.runtime.stateDirectory],
    ["--bundle", options.directory],
    ["--container-pidfile", `${options.directory}/pid`],
    ["--exit-dir", options.exitDirectory],
    ["--log-level", "error"],
    // The attach socket in the directory itself instead of a link elsewhere; no fdatasync of a log that is on disk as far as any process can see.
    ["--full-attach"],
    ["--no-sync-log"],
    options.terminal ? ["--terminal"] : options.stdin ? ["--stdin"] : [],
  ].flat()
}
