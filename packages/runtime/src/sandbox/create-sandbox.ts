import { mkdirSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { EngineError, errnoOf } from "../errors.js"
import { readProcessStat } from "../kernel/process-stat.js"
import { toEngineError } from "../kernel/system-call-error.js"
import { ociConfig } from "./config/oci-config.js"
import type { OciConfig } from "./config/oci-types.js"
import { serializeConfig } from "./config/serialize-config.js"
import { planTime } from "./config/time-offsets.js"
import { createArguments } from "./conmon/conmon-arguments.js"
import { conmonAbove, recordConmon } from "./conmon/conmon-process.js"
import { launchConmon } from "./conmon/launch-conmon.js"
import { deleteSandbox } from "./delete-sandbox.js"
import { endedBeforeStart, requireCommand } from "./find-command.js"
import { runtimeFailure } from "./runtime-failure.js"
import type { OciRuntime } from "./runtimes/oci-runtime.js"
import type { CreatedSandbox, SandboxSpec } from "./sandbox.js"
import type { SandboxContext } from "./sandbox-context.js"
import { prepareTimeNamespace } from "./time-namespace.js"

/** See `SandboxDriver.create`. */
export async function createSandbox(context: SandboxContext, asked: SandboxSpec): Promise<CreatedSandbox> {
  const runtime = await context.runtimes.open(asked.ociRuntime)
  const timePlan = planTime(asked, runtime.timeNamespaces)
  const time = timePlan === "prepared" ? await prepareTimeNamespace(asked.timeOffsets ?? {}) : undefined
  try {
    const spec: SandboxSpec =
      time === undefined ? asked : { ...asked, namespaces: { ...asked.namespaces, time: { kind: "path", path: time.path } } }
    const config = ociConfig(spec, { ...context.configHost(), timePlan })
    claimBundle(context.paths.bundle(spec.id), spec.id)
    return await createClaimed(context, { spec, runtime, config })
  } finally {
    time?.close()
  }
}

interface Claimed {
  spec: SandboxSpec
  runtime: OciRuntime
  config: OciConfig
}

async function createClaimed(context: SandboxContext, claimed: Claimed): Promise<CreatedSandbox> {
  const { spec, runtime, config } = claimed
  try {
    const file = join(context.paths.bundle(spec.id), "config.json")
    writeFileSync(file, serializeConfig(context.seccompPrograms.attach(config, runtime)), { mode: 0o600 })
    const created = await launch(context, claimed)
    context.seccompPrograms.learn(config, runtime, spec.id)
    if (runtime.sharesKernel) {
      requireCommand({
        process: { pid: created.pid, startTicks: created.pidStartTicks },
        command: spec.arguments[0] ?? "",
        environment: spec.environment,
        workingDirectory: spec.workingDirectory,
      })
    }
    return created
  } catch (error) {
    await deleteSandbox(context, spec.id)
    rmSync(context.paths.exit(spec.id), { force: true })
    throw toEngineError(error, "runtime_failed", { op: "create", id: spec.id })
  }
}

// Never recursive: a bundle that is there belongs to a sandbox that was not deleted.
export function claimBundle(bundle: string, id: string): void {
  try {
    mkdirSync(bundle, { mode: 0o700 })
  } catch (error) {
    if (errnoOf(error) !== "EEXIST") throw toEngineError(error, "runtime_failed", { op: "mkdir", bundle })
    throw new EngineError("conflict", { facts: { id, bundle }, cause: error, publicMessage: "The sandbox exists already." })
  }
}

async function launch(context: SandboxContext, { spec, runtime }: Claimed): Promise<CreatedSandbox> {
  const bundle = context.paths.bundle(spec.id)
  const conmonArguments = createArguments({
    id: spec.id,
    runtime,
    directory: bundle,
    exitDirectory: context.paths.exits,
    terminal: spec.terminal,
    stdin: spec.openStdin,
    logPath: spec.logPath,
  })
  return superviseMaking(context, { bundle, conmonArguments, deadlineMs: context.createDeadlineMs }, (said) =>
    runtimeFailure({ op: "create", runtime: runtime.name, command: spec.arguments[0] ?? "", said }),
  )
}

/** Starts a conmon that makes the container's process, and waits until it has. `failure`: the error for what it said when it could not. */
export async function superviseMaking(
  context: SandboxContext,
  { bundle, conmonArguments, deadlineMs }: { bundle: string; conmonArguments: readonly string[]; deadlineMs: number },
  failure: (said: string) => EngineError,
): Promise<CreatedSandbox> {
  const conmon = launchConmon({
    conmon: context.conmon(),
    arguments: conmonArguments,
    workingDirectory: bundle,
    temporaryDirectory: context.temporaryDirectory,
  })
  try {
    const answer = await conmon.sync.next(deadlineMs)
    if (answer === undefined || answer.data <= 0) throw failure(answer?.message ?? conmon.sync.complaints)
    return identifyProcesses(bundle, answer.data)
  } catch (error) {
    // Before, the conmon that goes on could come into being after the look for it, and what it makes would stay.
    await conmon.detached()
    throw error
  } finally {
    conmon.sync.close()
    conmon.reap()
  }
}

// The runtime's own process is gone by now, so that the container's is conmon's child.
function identifyProcesses(bundle: string, pid: number): CreatedSandbox {
  const process = readProcessStat(pid)
  const conmon = conmonAbove(pid, bundle)
  if (process === undefined || conmon === undefined) throw endedBeforeStart(pid)
  recordConmon(bundle, conmon)
  return { pid, pidStartTicks: process.startTicks, conmonPid: conmon.pid }
}
