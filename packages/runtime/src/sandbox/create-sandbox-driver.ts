import { mkdirSync } from "node:fs"
import type { OciRuntimeInfo } from "../engine.js"
import { EngineError } from "../errors.js"
import { findTool } from "../kernel/find-tool.js"
import { type SpawnTool, spawnTool } from "../kernel/spawn-tool.js"
import { installCommand } from "../kernel/tool-packages.js"
import { attachSandbox } from "./attach-sandbox.js"
import { ownCapabilities } from "./config/capabilities.js"
import { findInit } from "./config/init-process.js"
import { readRlimitCeiling } from "./config/rlimits.js"
import { reopenLogFile } from "./conmon/control-fifo.js"
import { createSandbox } from "./create-sandbox.js"
import { deleteSandbox } from "./delete-sandbox.js"
import { isExecAlive } from "./exec/exec-exits.js"
import { openExec, rejoinExec } from "./exec/exec-session.js"
import { runCommand } from "./exec/run-command.js"
import { reportNamespaces } from "./namespace-report.js"
import { restoreSandbox, saveState, untilBegun } from "./restore-sandbox.js"
import { probeRuntimes } from "./runtimes/probe-runtimes.js"
import { RuntimeRegistry } from "./runtimes/runtime-registry.js"
import { SeccompPrograms } from "./runtimes/seccomp-programs.js"
import type { SandboxDriver } from "./sandbox.js"
import type { SandboxContext } from "./sandbox-context.js"
import { SandboxExits } from "./sandbox-exits.js"
import { directoriesIn, SandboxPaths } from "./sandbox-paths.js"
import { startSandbox } from "./start-sandbox.js"

export interface SandboxDriverOptions {
  /** Of the engine instance; made when absent. */
  runDirectory: string
  /** How long an OCI runtime may take to make a container or an exec. Default 30,000. */
  createDeadlineMs?: number
  spawn?: SpawnTool
}

/** The sandbox driver over an OCI runtime and conmon. A missing tool is reported by the method that needs it, as `tool_missing`. */
export function createSandboxDriver(options: SandboxDriverOptions): SandboxDriver {
  const context = sandboxContext(options)
  const exits = new SandboxExits(context.paths)
  let probing: Promise<OciRuntimeInfo[]> | undefined
  return {
    // One at a time: each removes what an earlier one left.
    probeRuntimes: () => {
      probing ??= probeRuntimes(context).finally(() => {
        probing = undefined
      })
      return probing
    },
    create: (spec) => createSandbox(context, spec),
    start: (id) => startSandbox(context, id),
    begun: (id, pid) => untilBegun(context, id, pid),
    saveState: (id, directory) => saveState(context, id, directory),
    restore: (options) => restoreSandbox(context, options),
    delete: (id) => deleteSandbox(context, id),
    list: async () => [...new Set([...context.runtimes.ids(), ...directoriesIn(context.paths.bundles), ...exits.ids()])],
    exitOf: async (id) => exits.of(id),
    onExit: (listener) => exits.subscribe(listener),
    forgetExit: async (id) => exits.forget(id),
    reopenLog: async (id) => reopenLogFile(context.paths.bundle(id)),
    attach: (id, attachOptions) => attachSandbox(context, id, attachOptions),
    exec: (exec) => openExec(context, exits, { ...exec, stdin: exec.spec.stdin === true }),
    attachExec: (id, execId) => rejoinExec(context, id, execId),
    execAlive: async (id, execId) => isExecAlive(context.paths, id, execId),
    run: (run) => runCommand(context, { ...run, spec: { command: run.command } }),
    namespaces: async (pid) => reportNamespaces(pid),
  }
}

function sandboxContext(options: SandboxDriverOptions): SandboxContext {
  const spawn = options.spawn ?? spawnTool
  const paths = new SandboxPaths(options.runDirectory)
  for (const directory of [paths.bundles, paths.exits, paths.runtimes, paths.temporary])
    mkdirSync(directory, { recursive: true, mode: 0o700 })
  return {
    paths,
    spawn,
    runtimes: new RuntimeRegistry(paths, spawn),
    seccompPrograms: new SeccompPrograms(),
    conmon: requireConmon,
    configHost: readOnce(() => ({ initBinary: findInit(), rlimitCeiling: readRlimitCeiling(), ownCapabilities: ownCapabilities() })),
    // The socket's own name follows, and a socket address holds 107 bytes.
    temporaryDirectory: paths.temporary.length <= 80 ? paths.temporary : "/tmp",
    createDeadlineMs: options.createDeadlineMs ?? 30_000,
    conmonGraceMs: 5_000,
  }
}

function requireConmon(): string {
  const path = findTool("conmon")
  if (path !== undefined) return path
  throw new EngineError("tool_missing", {
    facts: { tool: "conmon" },
    publicMessage: `The host tool conmon, which supervises containers, is not installed. Install it with: ${installCommand("conmon")}`,
  })
}

function readOnce<Value>(read: () => Value): () => Value {
  let value: Value | undefined
  return () => (value ??= read())
}
