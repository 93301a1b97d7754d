import { mkdirSync, statfsSync } from "node:fs"
import { dumpProcesses } from "../checkpoint/checkpoint.js"
import { outsideConnections } from "../checkpoint/outside-connections.js"
import type { ContainerHibernation } from "../engine.js"
import { EngineError, errnoOf } from "../errors.js"
import { readControlFile } from "../kernel/control-file.js"
import { readProcessStat } from "../kernel/process-stat.js"
import { spawnTool } from "../kernel/spawn-tool.js"
import { attachOptions } from "./connect-network.js"
import { type ContainerRecord, type RunFacts, runOf } from "./container-record.js"
import { containerStats } from "./container-stats.js"
import { hibernated } from "./container-transitions.js"
import { runningContainer } from "./kill-container.js"
import type { LifecycleContext } from "./lifecycle-context.js"
import { fallAsleep, refuseBusy, unlessGone } from "./nap-container.js"
import { isNapping, wokenMeanwhile } from "./naps.js"
import { podMembers } from "./pods.js"
import { requireReachable } from "./require-reachable.js"

/** Beside its memory: tables of pages, and what CRIU notes. */
const MARGIN_BYTES = 64 * 2 ** 20

/**
 * See `ContainerApi.hibernate`; to be called in the container's queue. In order: listen for packets, freeze, write to disk, take the links and listen in their place, write down, end the
 * processes. Until it is written down the document says that it runs, and its processes are there, frozen; a crash leaves them so, and the next start thaws them. Who wants it awake
 * meanwhile waits for its turn: it then goes on, or is restored.
 */
export async function hibernateContainer(context: LifecycleContext, id: string): Promise<ContainerHibernation> {
  const found = context.containers.find(id)
  if (found.state.status === "hibernated") return found.state.hibernation
  const { record, run } = runningContainer(context, id, "let it hibernate")
  refuse(context, record)
  const { naps, health, reclaims, hibernations } = context
  await context.sandbox.begun(id, run.pid)
  const attempt = naps.begin(id)
  try {
    const hibernation = await reclaims.inLane(attempt.signal, async () => {
      health.suspend(id)
      await naps.listen(record)
      return await naps.inTurn(id, () => fallAsleepOnDisk(context, record, run, attempt))
    })
    await hibernations.endProcesses(record)
    return hibernation
  } catch (error) {
    // One that napped naps on, unless it was woken, and then it was thawed already.
    const now = context.containers.get(id)
    if (now !== undefined && runOf(now) !== undefined && !isNapping(now)) {
      naps.stopListening(id)
      await naps.inTurn(id, () => unlessGone(() => context.groups.of(now).thaw()))
      health.resume(id)
    } else if (now !== undefined && isNapping(now) && context.network.inputWaits({ pid: run.pid, startTicks: run.pidStartTicks })) {
      await naps.wake(id, "packet")
    }
    throw error
  } finally {
    attempt.end()
  }
}

type Attempt = ReturnType<LifecycleContext["naps"]["begin"]>

async function fallAsleepOnDisk(
  context: LifecycleContext,
  record: ContainerRecord,
  run: RunFacts,
  attempt: Attempt,
): Promise<ContainerHibernation> {
  const { clock, containers, hibernations, network } = context
  const began = clock.monotonic()
  const refuseWanted = (): void => {
    if (attempt.signal.aborted) throw wokenMeanwhile(record, attempt.signal.reason)
  }
  const beforeBytes = containerStats(context, record.id).memory.usedBytes
  requireRoom(context, record, beforeBytes)
  await fallAsleep(context, record, run, attempt)
  const since = clock.now()
  let isNoted = false
  try {
    const hibernation = await writeDown(context, record, run, { since, beforeBytes })
    refuseWanted()
    // From here on nothing reaches it and what comes is kept; for what came before, somebody waits.
    await hibernations.park(record)
    if (network.inputWaits({ pid: run.pid, startTicks: run.pidStartTicks })) throw wokenMeanwhile(record, "packet")
    refuseWanted()
    await hibernations.keepImages(record.id)
    isNoted = true
    await containers.update(record.id, (current) => hibernated(current, hibernation, clock.monotonic() - began))
    context.naps.stopListening(record.id)
    return hibernation
  } catch (error) {
    // The disk may have taken a document that this process was told it had not.
    if (isNoted) await containers.update(record.id, (current) => ({ record: current, events: [] }), { forced: true })
    try {
      await hibernations.dropImages(record.id)
    } catch (left) {
      context.report.error("what was written of a container's processes could not be removed", { id: record.id, error: left })
    }
    if (hibernations.isParked(record.id)) await hibernations.unpark(record, attachOptions(record, run))
    throw error
  }
}

async function writeDown(
  context: LifecycleContext,
  record: ContainerRecord,
  run: RunFacts,
  facts: Omit<ContainerHibernation, "imageBytes">,
): Promise<ContainerHibernation> {
  const { hibernations, sandbox, groups, paths } = context
  const outside = outsideConnections(["tcp", "tcp6"].map((table) => readTable(`/proc/${run.pid}/net/${table}`)))
  if (outside.length > 0)
    throw new EngineError("conflict", {
      facts: { id: record.id, connections: outside.slice(0, 5) },
      publicMessage: `Container "${record.name}" has a connection with ${outside[0]}${outside.length > 1 ? ` and ${outside.length - 1} more` : ""}. It can hibernate once nobody is connected; it can nap meanwhile.`,
    })
  await refuseStopped(context, record)
  const images = await hibernations.beginImages(record.id)
  const { stdio, binds, own } = await sandbox.saveState(record.id, hibernations.savedState(images))
  if (record.idRange !== undefined) for (const { source } of binds) requireReachable(source)
  const freezerGroup = groups.of(record).freezerGroup
  if (freezerGroup === undefined) throw new EngineError("unsupported", { facts: { id: record.id, missing: "freezer" } })
  const { hibernation } = await dumpProcesses({
    criu: context.criu(),
    spawn: spawnTool,
    pid: run.pid,
    images,
    rootfs: paths.rootfs(record.id),
    bound: new Set(binds.map(({ target }) => target)),
    own: new Set(own),
    freezerGroup,
    stdio,
    facts,
  })
  return hibernation
}

/** A process that a signal has stopped and the group has frozen lets nobody trace it (ptrace(2) waits until it moves). */
async function refuseStopped({ groups }: LifecycleContext, record: ContainerRecord): Promise<void> {
  const stopped = (await groups.of(record).pids()).find((pid) => {
    return readProcessStat(pid)?.state === "T" || readTable(`/proc/${pid}/wchan`) === "do_signal_stop"
  })
  if (stopped === undefined) return
  throw new EngineError("conflict", {
    facts: { id: record.id, pid: stopped },
    publicMessage: `A process of container "${record.name}" is stopped by a signal (SIGSTOP). It can hibernate once that goes on.`,
  })
}

function refuse(context: LifecycleContext, record: ContainerRecord): void {
  const { id, name, state, resolved, spec } = record
  if (state.status === "paused" && state.nap === undefined)
    throw new EngineError("conflict", { facts: { id }, publicMessage: `Container "${name}" was paused by hand. Resume it first.` })
  const { status, detail, remedy } = context.hibernateAbility()
  const unsupported = (why: string, facts: Record<string, string> = {}): EngineError =>
    new EngineError("unsupported", { facts: { id, ...facts }, publicMessage: why })
  if (status === "missing") throw unsupported(`Containers cannot hibernate on this host: ${detail}`, remedy === undefined ? {} : { remedy })
  const shares = Object.values(podMembers(record))[0] ?? sharedBy(context, id)
  if (shares !== undefined) throw unsupported(`Container "${name}" shares namespaces with another: neither could go on without the other.`)
  const hosts = [resolved.network, spec.pidNamespace, spec.ipcNamespace, spec.utsNamespace].some((mode) => mode?.kind === "host")
  if (hosts) throw unsupported(`Container "${name}" has namespaces of the host: it cannot be taken out of them and put back.`)
  if (resolved.terminal)
    throw unsupported(`Container "${name}" has a terminal. Only containers without one can hibernate; this one can nap.`)
  if (spec.privileged === true) throw unsupported(`Container "${name}" is privileged: what it has of the host could not be put back.`)
  if (record.idRange !== undefined && Object.values(spec.timeOffsets ?? {}).some((seconds) => seconds !== 0))
    throw unsupported(`Container "${name}" has time offsets in a user namespace, which CRIU cannot put back.`)
  refuseBusy(context, record)
}

function sharedBy({ containers }: LifecycleContext, id: string): string | undefined {
  return containers.all().find((other) => other.id !== id && runOf(other) !== undefined && Object.values(podMembers(other)).includes(id))
    ?.id
}

function requireRoom({ paths }: LifecycleContext, { id, name }: ContainerRecord, bytes: number): void {
  mkdirSync(paths.checkpoints, { recursive: true, mode: 0o700 })
  const { bavail, bsize } = statfsSync(paths.checkpoints)
  const needed = bytes + MARGIN_BYTES
  if (bavail * bsize >= needed) return
  const inMiB = (count: number): string => `${Math.ceil(count / 2 ** 20)} MiB`
  throw new EngineError("disk_full", {
    facts: { id, neededBytes: needed, freeBytes: bavail * bsize },
    publicMessage: `The memory of container "${name}" has no room on disk: it needs ${inMiB(needed)}, and ${inMiB(bavail * bsize)} are free.`,
  })
}

// Without IPv6 there is no such table; a process may just have ended.
function readTable(path: string): string {
  try {
    return readControlFile(path, 1 << 24)
  } catch (error) {
    if (errnoOf(error) === "ENOENT" || errnoOf(error) === "ESRCH") return ""
    throw error
  }
}
