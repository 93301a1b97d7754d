import { readFile } from "node:fs/promises"
import { join } from "node:path"
import { errnoOf } from "../errors.js"
import { readMounts } from "../kernel/mount-table.js"
import { isSameProcessAlive } from "../kernel/process-stat.js"
import { writeFileAtomic } from "../kernel/write-file-atomic.js"
import { attachOptions } from "./connect-network.js"
import { type ContainerRecord, runOf } from "./container-record.js"
import { cleanUpRun, endRun, scheduleRestart } from "./end-run.js"
import { endExec } from "./exec-container.js"
import type { LifecycleContext } from "./lifecycle-context.js"
import { finishRemoval } from "./remove-container.js"
import { startsAfterReboot } from "./restart-policy.js"
import { UNKNOWN_EXIT_CODE } from "./run-watch.js"
import { settleLimits } from "./update-container.js"
import { watchRun } from "./watch-run.js"

/** What was found to differ from what had been written, as counts. */
export interface Reconciliation {
  adopted: number
  endedMeanwhile: number
  removalsFinished: number
  leftoversRemoved: number
}

/**
 * Makes root/, run/ and the kernel agree, before anybody may call: containers that run are taken over, exits that happened meanwhile
 * are recorded with their codes, what is half-made is undone, half-removed ones are removed, restart policies go on. What a host
 * reboot left (another boot id) is never mistaken for a running process.
 */
export async function reconcile(context: LifecycleContext, unfinishedRemovals: readonly ContainerRecord[]): Promise<Reconciliation> {
  const { containers, report } = context
  const done: Reconciliation = { adopted: 0, endedMeanwhile: 0, removalsFinished: 0, leftoversRemoved: 0 }
  const rebooted = await isFirstSinceBoot(context)
  await restoreTenants(context)
  await each([context.hibernations], report, (hibernations) => hibernations.settle())
  await each(containers.all(), report, async (record) => {
    if (runOf(record) === undefined) return
    if (await takeOver(context, record)) done.adopted++
    else done.endedMeanwhile++
  })
  await each(unfinishedRemovals, report, async (record) => {
    await finishRemoval(context, record, { afterCrash: true })
    done.removalsFinished++
  })
  done.leftoversRemoved = await removeLeftovers(context)
  await each([context.network], report, () => restoreNetwork(context))
  await each(containers.all(), report, (record) => context.naps.restore(record))
  await each(containers.all(), report, (record) => context.hibernations.adopt(record))
  for (const record of containers.all()) goOn(context, record, rebooted)
  await writeFileAtomic(bootFile(context), context.bootId)
  return done
}

/** True when it runs on; false when its end was recorded. */
async function takeOver(context: LifecycleContext, record: ContainerRecord): Promise<boolean> {
  const run = runOf(record)
  if (run === undefined) return false
  const { id } = record
  if (run.bootId !== context.bootId) {
    await context.queue.run(id, () => endRun(context, id, { exitCode: UNKNOWN_EXIT_CODE, finishedAt: context.clock.now() }))
    return false
  }
  const exit = await context.sandbox.exitOf(id)
  if (exit !== undefined || !isSameProcessAlive(run.pid, run.pidStartTicks)) {
    await context.queue.run(id, () => endRun(context, id, exit ?? { exitCode: UNKNOWN_EXIT_CODE, finishedAt: context.clock.now() }))
    return false
  }
  context.rootfs.adopt(id)
  context.volumes.adopt(
    id,
    record.resolved.mounts.flatMap((mount) => (mount.kind === "volume" ? [mount.volume] : [])),
  )
  try {
    await undoHalfDone(context, record)
  } finally {
    // Whatever could not be put right: its end must be noticed.
    await watchRun(context, record)
  }
  await takeOverExecs(context, record)
  return true
}

/** A pause, resume, nap, wake, commit or update that was cut off: the document decides, but for a nap that was awake already. */
async function undoHalfDone(context: LifecycleContext, record: ContainerRecord): Promise<void> {
  const group = context.groups.of(record)
  const frozen = await group.isFrozen()
  if (frozen && record.state.status === "running") await group.thaw()
  if (!frozen && record.state.status === "paused") {
    if (record.state.nap === undefined) await group.freeze()
    else await context.naps.wake(record.id, "request")
  }
  await settleLimits(context, record.id)
}

async function takeOverExecs(context: LifecycleContext, record: ContainerRecord): Promise<void> {
  for (const [execId, exec] of Object.entries(record.execs)) {
    if (exec.exitCode !== undefined) continue
    const exit = await context.sandbox.exitOf(execId)
    if (exit !== undefined) await endExec(context, record.id, execId, exit.exitCode)
    else if (!(await context.sandbox.execAlive(record.id, execId))) await endExec(context, record.id, execId, UNKNOWN_EXIT_CODE)
  }
}

/** Whatever of a run is on the host for a container that does not run, or that nobody knows. */
async function removeLeftovers(context: LifecycleContext): Promise<number> {
  const { containers, cgroups, sandbox, snapshots, volumes, images, paths, report } = context
  const groups = await cgroups.list()
  const rootfsPrefix = `${join(paths.run, "rootfs")}/`
  const mounted = readMounts().flatMap(({ target }) => (target.startsWith(rootfsPrefix) ? [target.slice(rootfsPrefix.length)] : []))
  const found = new Set([...(await sandbox.list()), ...groups.map(({ containerId }) => containerId), ...mounted])
  let removed = 0
  await each([...found], report, async (id) => {
    const record = containers.get(id)
    if (record !== undefined && runOf(record) !== undefined) return
    const tenant = groups.find(({ containerId }) => containerId === id)?.tenant ?? record?.tenant ?? "operator"
    await cleanUpRun(context, { id, tenant })
    context.groups.drop(id)
    removed++
  })
  const known = new Set(containers.all().map(({ id }) => id))
  await each(await snapshots.list(), report, async (id) => {
    if (known.has(id)) return
    await snapshots.remove(id)
    removed++
  })
  await volumes.sweep(known)
  await images.sweep()
  return removed
}

async function restoreTenants({ tenants, cgroups, network, report }: LifecycleContext): Promise<void> {
  await each(tenants.list(), report, async ({ name, networkBytesPerSecond }) => {
    if (networkBytesPerSecond !== undefined) await network.setRate(name, networkBytesPerSecond)
  })
  await each(tenants.list(), report, async ({ name, limits }) => {
    if (Object.keys(limits).length === 0) return
    await cgroups.ensureTenant(name)
    await cgroups.setTenantLimits(name, limits)
  })
}

async function restoreNetwork({ containers, network }: LifecycleContext): Promise<void> {
  const all = containers.all()
  const alive = all.flatMap((record) => {
    const run = runOf(record)
    return run === undefined || record.connections.length === 0 ? [] : [attachOptions(record, run)]
  })
  const known = all.map(({ id, tenant, connections, ports }) => {
    const attachments = connections.map(({ attachment }) => attachment)
    return [id, { tenant, attachments, ports }] as const
  })
  await network.reconcile(alive, new Map(known))
}

function goOn(context: LifecycleContext, record: ContainerRecord, rebooted: boolean): void {
  const { state } = record
  scheduleRestart(context, record)
  if (state.status !== "exited") return
  if (record.spec.autoRemove === true) context.followUps.remove(record.id)
  else if (rebooted && startsAfterReboot(record.resolved.restartPolicy, { ...state, restartCount: record.restartCount }))
    context.followUps.startAfterReboot(record.id)
}

// Written last: a start that is cut off is still the first one.
async function isFirstSinceBoot(context: LifecycleContext): Promise<boolean> {
  try {
    return (await readFile(bootFile(context), "utf8")) !== context.bootId
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return false
    throw error
  }
}

function bootFile({ paths }: LifecycleContext): string {
  return join(paths.root, "boot-id")
}

/** All at once; one that fails is reported and stops no other. */
async function each<T>(items: readonly T[], report: LifecycleContext["report"], work: (item: T) => Promise<void>): Promise<void> {
  const outcomes = await Promise.allSettled(items.map(work))
  for (const outcome of outcomes)
    if (outcome.status === "rejected") report.error("reconciliation: one step failed", { error: outcome.reason })
}
