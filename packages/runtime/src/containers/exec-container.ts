import type { ExecInspect, ExecSession, ExecSpec, StdioSession } from "../engine.js"
import { EngineError, isEngineError } from "../errors.js"
import { isSameProcessAlive } from "../kernel/process-stat.js"
import { resolveCapabilities } from "../spec/capabilities.js"
import { checkList, checkString, fieldError } from "../spec/check.js"
import { OPERATOR_TENANT } from "../spec/check-operator-only.js"
import { checkWorkingDirectory } from "../spec/validate-container-spec.js"
import type { ContainerRecord, ResolvedUser, RunFacts, StoredExec } from "./container-record.js"
import { execBegan, execEnded } from "./container-transitions.js"
import { notRunning, runningContainer } from "./kill-container.js"
import type { LifecycleContext } from "./lifecycle-context.js"
import { mergeEnvironment } from "./resolve-spec.js"
import { resolveUser } from "./resolve-user.js"
import { readUserFiles } from "./user-files.js"

/** As a shell has it: found but not executable, not found. */
const NOT_STARTED_EXIT_CODE = 126
/** A failure of the OCI runtime waits so long for the container's end, which may be its reason. */
const DYING_MS = 1500

/** See `ContainerApi.exec`. The document knows of it before it begins, so that none is ever forgotten. */
export async function execContainer(
  context: LifecycleContext,
  reference: string,
  spec: ExecSpec,
  options: { signal?: AbortSignal } = {},
): Promise<ExecSession> {
  checkExec(spec)
  const { record, run } = runningContainer(context, reference, "run a command in it")
  if (record.state.status === "paused")
    throw new EngineError("conflict", {
      facts: { id: record.id },
      publicMessage: `Container "${record.name}" is paused. Resume it to run a command in it.`,
    })
  if (spec.privileged === true && record.tenant !== OPERATOR_TENANT)
    throw fieldError("privileged", `only containers of tenant "${OPERATOR_TENANT}" may have privileged commands.`, "permission_denied")
  if (options.signal?.aborted === true) throw new EngineError("aborted", { cause: options.signal.reason })
  const user =
    spec.user === undefined ? run.user : resolveUser(spec.user, await readUserFiles(context.files, context.paths.rootfs(record.id)))
  const execId = context.ids.next()
  await context.containers.update(
    record.id,
    (current) => execBegan(current, execId, { command: spec.command, startedAt: context.clock.now() }),
    { sync: "soon" },
  )
  try {
    const session = await context.sandbox.exec({ id: record.id, execId, spec, ...execSettings(record, spec, user) })
    options.signal?.addEventListener("abort", () => session.detach(), { once: true })
    await context.containers.update(record.id, (current) => withPid(current, execId, session.pid), { sync: "soon" })
    return withId(execId, session)
  } catch (error) {
    const exitCode = error instanceof EngineError && typeof error.facts.exitCode === "number" ? error.facts.exitCode : NOT_STARTED_EXIT_CODE
    await endExec(context, record.id, execId, exitCode)
    // The OCI runtime has as many words for it as there are moments in which it can happen.
    if (isFailureOfRuntime(error) && (await isEnding(context, record.id, run))) throw notRunning(record, "run a command in it", error)
    throw error
  }
}

function isFailureOfRuntime(error: unknown): boolean {
  return isEngineError(error, "runtime_failed") || isEngineError(error, "not_found")
}

/** True when the run is over or about to be: a first process that dies takes a moment to take the others along. */
async function isEnding({ containers, clock }: LifecycleContext, id: string, run: RunFacts): Promise<boolean> {
  const endOfRun = containers.endOfRun(id)
  if (!isSameProcessAlive(run.pid, run.pidStartTicks)) return true
  try {
    await clock.sleep(DYING_MS, endOfRun)
  } catch (error) {
    if (!endOfRun.aborted) throw error
  }
  return !isSameProcessAlive(run.pid, run.pidStartTicks)
}

/** See `ContainerApi.attachExec`. */
export async function attachExec(context: LifecycleContext, execId: string): Promise<ExecSession> {
  const { record, exec } = findExec(context, execId)
  if (exec.exitCode !== undefined)
    throw new EngineError("conflict", {
      facts: { execId, exitCode: exec.exitCode },
      publicMessage: `The session has ended with exit code ${exec.exitCode}. Open a new one.`,
    })
  return withId(execId, await context.sandbox.attachExec(record.id, execId))
}

/** See `ContainerApi.inspectExec`. */
export function inspectExec(context: Pick<LifecycleContext, "containers">, execId: string): ExecInspect {
  const { record, exec } = findExec(context, execId)
  return {
    id: execId,
    containerId: record.id,
    command: [...exec.command],
    startedAt: exec.startedAt,
    running: exec.exitCode === undefined,
    ...(exec.pid === undefined ? {} : { pid: exec.pid }),
    ...(exec.exitCode === undefined ? {} : { exitCode: exec.exitCode }),
  }
}

/** Records the end of an exec; no effect when it is known, or when its container's run has ended before. */
export async function endExec(
  context: Pick<LifecycleContext, "containers" | "sandbox">,
  containerId: string,
  execId: string,
  exitCode: number,
): Promise<void> {
  await context.containers.update(containerId, (current) => execEnded(current, execId, exitCode), { forced: true, sync: "soon" })
  if (!context.containers.isUnwritten(containerId)) await context.sandbox.forgetExit(execId)
}

/** An exit file of something that is no watched run: an exec's; or a container's that is just being taken over, which will find it itself. */
export async function endUnwatched(context: Pick<LifecycleContext, "containers" | "sandbox">, id: string, exitCode: number): Promise<void> {
  const { containers, sandbox } = context
  const record = containers.all().find((candidate) => Object.hasOwn(candidate.execs, id))
  if (record !== undefined) await endExec(context, record.id, id, exitCode)
  else if (containers.get(id) === undefined) await sandbox.forgetExit(id)
}

/** The container that has this exec. */
function findExec({ containers }: Pick<LifecycleContext, "containers">, execId: string): { record: ContainerRecord; exec: StoredExec } {
  for (const record of containers.all()) {
    const exec = Object.hasOwn(record.execs, execId) ? record.execs[execId] : undefined
    if (exec !== undefined) return { record, exec }
  }
  throw new EngineError("not_found", {
    facts: { execId: execId.slice(0, 64) },
    publicMessage: "There is no such session: it ended, and its container with it or many others since.",
  })
}

function execSettings(record: ContainerRecord, spec: ExecSpec, user: ResolvedUser) {
  return {
    uid: user.uid,
    gid: user.gid,
    additionalGids: [...user.additionalGids],
    environment: mergeEnvironment(
      [`HOME=${user.home}`],
      record.resolved.environment,
      spec.terminal === true ? ["TERM=xterm-256color"] : [],
      spec.environment ?? [],
    ),
    workingDirectory: spec.workingDirectory ?? record.resolved.workingDirectory,
    capabilities: spec.privileged === true ? resolveCapabilities({ privileged: true }) : record.resolved.capabilities,
  }
}

function checkExec(spec: ExecSpec): void {
  checkList("command", spec.command, 4096)
  if (spec.command.length === 0) throw fieldError("command", "is missing. Say what to run.")
  for (const argument of spec.command) checkString("command", argument, 128 * 1024)
  for (const entry of spec.environment ?? []) checkString("environment", entry, 128 * 1024)
  if (spec.workingDirectory !== undefined) checkWorkingDirectory("workingDirectory", spec.workingDirectory)
  if (spec.user !== undefined) checkString("user", spec.user, 256)
}

function withPid(record: ContainerRecord, execId: string, pid: number) {
  const exec = record.execs[execId]
  return exec === undefined ? undefined : { record: { ...record, execs: { ...record.execs, [execId]: { ...exec, pid } } }, events: [] }
}

function withId(id: string, session: StdioSession & { exited: Promise<{ exitCode: number }> }): ExecSession {
  return Object.assign(session, { id })
}
