import { type ContainerRecord, runOf } from "./container-record.js"
import type { LifecycleContext } from "./lifecycle-context.js"

const DEFAULT_LOG_BYTES = 16 * 1024 * 1024
const DEFAULT_LOG_FILES = 4

/** Looks after a container that runs: its exit, its log's size, its health. For a fresh start and after the daemon came back. */
export async function watchRun(context: LifecycleContext, record: ContainerRecord): Promise<void> {
  const run = runOf(record)
  if (run === undefined) return
  context.logs.watch(record.id, {
    maxBytes: record.spec.log?.maxBytes ?? DEFAULT_LOG_BYTES,
    maxFiles: record.spec.log?.maxFiles ?? DEFAULT_LOG_FILES,
  })
  const { healthCheck } = record.resolved
  if (healthCheck !== null) {
    const target = {
      containerId: record.id,
      check: healthCheck,
      startedAt: run.startedAt,
      user: run.user,
      environment: record.resolved.environment,
      workingDirectory: record.resolved.workingDirectory,
    }
    context.health.watch(target, record.health)
    if (record.state.status === "paused") context.health.suspend(record.id)
  }
  await context.runs.confirm(record.id, run)
}
