import { EngineError, isEngineError } from "../errors.js"
import type { CreatedSandbox } from "../sandbox/sandbox.js"
import { attachOptions } from "./connect-network.js"
import { type ContainerRecord, runOf } from "./container-record.js"
import { syncOfRun } from "./container-store.js"
import { began, startFailed } from "./container-transitions.js"
import { scheduleRestart } from "./end-run.js"
import { leaveSharedBridge } from "./leave-shared-bridge.js"
import { type LifecycleContext, stepDeadlineMs } from "./lifecycle-context.js"
import { holdPodNamespaces } from "./pods.js"
import { prepareRun } from "./prepare-run.js"
import { sandboxSpec } from "./sandbox-spec.js"
import { type StepRunner, together, withUndo } from "./undo-steps.js"
import { watchRun } from "./watch-run.js"

/**
 * See `ContainerApi.start`; to be called in the container's queue. `byPolicy`: the restart policy's doing, not the user's.
 * Everything is undone when a step fails. A program that is not there leaves the container exited with 126 or 127 and
 * the reason; after any other failure it is as it was, unless the policy tries again.
 */
export async function startContainer(context: LifecycleContext, id: string, byPolicy = false): Promise<void> {
  const record = context.containers.find(id)
  if (runOf(record) !== undefined) return
  if (byPolicy && record.state.status !== "restarting") return
  if (record.state.status === "hibernated")
    throw new EngineError("conflict", { facts: { id }, publicMessage: `Container "${record.name}" hibernates. Wake it instead.` })
  if (record.state.status === "dead") throw new EngineError("conflict", { facts: { id }, publicMessage: record.state.error })
  context.restarts.cancel(id)
  try {
    await withUndo(context.report, (runner) => run(context, runner, record, byPolicy))
  } catch (error) {
    await afterFailure(context, record.id, byPolicy, error)
    throw error
  }
}

async function run(context: LifecycleContext, runner: StepRunner, found: ContainerRecord, byPolicy: boolean): Promise<void> {
  const record = await leaveSharedBridge(context, found)
  const { sandbox, network, runs, containers, clock } = context
  const { id } = record
  const { rootfs, user, cgroup, etcMounts } = await prepareRun(context, runner, record)
  const created = await runner.step({
    name: "sandbox",
    deadlineMs: stepDeadlineMs.sandbox,
    run: async () => {
      runs.expect(id)
      using pod = holdPodNamespaces(containers, record)
      return await sandbox.create(
        sandboxSpec({
          pod: pod.paths,
          volumes: context.volumes,
          paths: context.paths,
          record,
          user,
          etcMounts,
          rootfs,
          cgroupPath: cgroup.relativePath,
        }),
      )
    },
    undo: () => discardSandbox(context, record),
  })
  await together([
    runner.step({
      name: "limits again",
      deadlineMs: stepDeadlineMs.cgroup,
      // crun lifts the memory limits of a cgroup v1 that it joins (libcrun writes -1 into memory.limit_in_bytes); the
      // container's program has not begun yet.
      run: () => cgroup.update(record.limits),
    }),
    runner.step({
      name: "network",
      deadlineMs: stepDeadlineMs.network,
      run: () => connect(context, record, created),
      undo: () => network.detach(id),
    }),
  ])
  await runner.step({ name: "start", deadlineMs: stepDeadlineMs.sandbox, run: () => sandbox.start(id) })
  const facts = { ...created, bootId: context.bootId, startedAt: clock.now(), stopRequested: false, oomKills: 0, user }
  const running = await runner.step({
    name: "record",
    deadlineMs: stepDeadlineMs.files,
    run: () => containers.update(id, (current) => began(current, facts, byPolicy), syncOfRun(record)),
  })
  await watchRun(context, running)
}

function connect({ network }: LifecycleContext, record: ContainerRecord, created: CreatedSandbox): Promise<void> {
  if (record.connections.length > 0) return network.attach(attachOptions(record, created))
  const { kind } = record.resolved.network
  const isOwn = kind === "none" || kind === "network"
  return isOwn ? network.attachLoopback({ pid: created.pid, startTicks: created.pidStartTicks }) : Promise.resolve()
}

async function discardSandbox(context: LifecycleContext, record: ContainerRecord): Promise<void> {
  context.runs.forget(record.id)
  await context.groups.of(record).killAll(stepDeadlineMs.kill)
  await context.sandbox.delete(record.id)
  await context.sandbox.forgetExit(record.id)
}

async function afterFailure(context: LifecycleContext, id: string, byPolicy: boolean, error: unknown): Promise<void> {
  const commandFailed = isEngineError(error, "command_not_found")
  if (!commandFailed && !byPolicy) return
  const exitCode = commandFailed && typeof error.facts.exitCode === "number" ? error.facts.exitCode : 127
  const message = error instanceof EngineError ? error.publicMessage : "The container could not be started."
  const record = await context.containers.update(id, (current) =>
    startFailed(current, { exitCode, error: message, now: context.clock.now(), byPolicy }),
  )
  scheduleRestart(context, record)
}
