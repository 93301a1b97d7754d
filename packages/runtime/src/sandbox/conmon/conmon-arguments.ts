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

/**
 * Arguments with which conmon runs another command where it would run an OCI runtime's `create`, and then supervises the process that this leaves as it would that one. What
 * conmon says to a runtime follows on the command's own arguments.
 */
export function restoreArguments(options: CommonOptions & { logPath: string; command: readonly string[] }): string[] {
  const [path = "", ...rest] = options.command
  const words = rest.flatMap((word) => ["--runtime-arg", word])
  return [...argumentsFor(options, ["--runtime", path, ...words]), "--log-path", `k8s-file:${options.logPath}`]
}

/** Arguments with which conmon runs a further process in a container and waits with it until somebody has attached. */
export function execArguments(options: CommonOptions & { processSpec: string }): string[] {
  return [...commonArguments(options), "--log-path", "none", "--exec", "--exec-attach", "--exec-process-spec", options.processSpec]
}

function commonArguments(options: CommonOptions): string[] {
  const { path, stateDirectory } = options.runtime
  return argumentsFor(options, ["--runtime", path, "--runtime-arg", "--root", "--runtime-arg", stateDirectory])
}

function argumentsFor(options: CommonOptions, runtime: readonly string[]): string[] {
  return [
    ["--api-version", "1"],
    ["--cid", options.id],
    ["--cuuid", options.id],
    runtime,
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
