import { chmodSync, existsSync, mkdirSync, readdirSync } from "node:fs"
import { rename } from "node:fs/promises"
import { join } from "node:path"
import { complaintsOf, readManifest, removeImages, untilLeftAlone } from "../checkpoint/checkpoint.js"
import { restoreArguments } from "../checkpoint/criu-arguments.js"
import { hasResumed, meetRestore, type RestoreStage, restoreScripts } from "../checkpoint/restore-meeting.js"
import type { ContainerHibernation, WakeCause } from "../engine.js"
import { EngineError, isEngineError } from "../errors.js"
import { readProcessStat } from "../kernel/process-stat.js"
import { syncDirectory } from "../kernel/write-file-atomic.js"
import type { AttachOptions } from "../network/network-driver.js"
import type { CreatedSandbox } from "../sandbox/sandbox.js"
import { attachOptions } from "./connect-network.js"
import { type ContainerRecord, runOf } from "./container-record.js"
import { givenUp, hibernatesOn, restored } from "./container-transitions.js"
import { cleanUpRun, endRun, scheduleRestart } from "./end-run.js"
import { inBackground } from "./in-background.js"
import { type LifecycleContext, stepDeadlineMs } from "./lifecycle-context.js"
import type { Woken } from "./naps.js"
import { prepareRun } from "./prepare-run.js"
import { UNKNOWN_EXIT_CODE } from "./run-watch.js"
import { sandboxSpec } from "./sandbox-spec.js"
import { withUndo } from "./undo-steps.js"
import { watchRun } from "./watch-run.js"

const HALF_MADE = ".new"
const RESTORE_MS = 10 * 60_000
/** For a CRIU that outlived the daemon. A start must not wait for one that hangs: what it works on then stays as it is, and the next start looks again. */
const LEFT_ALONE_MS = 30_000
/** One that could not be restored is not tried again by each of the packets that come for it. */
const RETRY_MS = 10_000

/**
 * Containers whose processes are on disk: `root/checkpoints/<id>` has them, whole, as long as the document says so and none of them has gone on; a name that ends in `.new` is half made. Their
 * networks are parked, so that a packet is noticed.
 */
export class Hibernations {
  readonly #context: () => LifecycleContext
  readonly #parked = new Set<string>()
  readonly #failedAt = new Map<string, number>()
  #isClosed = false

  /** The context holds this object, too. */
  constructor(context: () => LifecycleContext) {
    this.#context = context
  }

  savedState(images: string): string {
    return join(images, "runtime")
  }

  isParked(id: string): boolean {
    return this.#parked.has(id)
  }

  /** A fresh directory for images. What is on the way to it may be passed by the container's root, who mounts its files when it is restored. */
  async beginImages(id: string): Promise<string> {
    const { paths } = this.#context()
    const images = join(paths.checkpoints, `${id}${HALF_MADE}`)
    await removeImages(images)
    mkdirSync(images, { recursive: true })
    // Images are opened through a descriptor by processes that have the container's rights by then; nobody else comes past the directory above.
    for (const directory of [images, paths.containers, paths.container(id)]) chmodSync(directory, 0o711)
    return images
  }

  /** They are whole, and are so after a power cut. */
  async keepImages(id: string): Promise<void> {
    const { checkpoints } = this.#context().paths
    await removeImages(join(checkpoints, id))
    await rename(join(checkpoints, `${id}${HALF_MADE}`), join(checkpoints, id))
    await syncDirectory(checkpoints)
  }

  async dropImages(id: string): Promise<void> {
    const { checkpoints } = this.#context().paths
    await removeImages(join(checkpoints, `${id}${HALF_MADE}`))
    await removeImages(join(checkpoints, id))
  }

  /** Nothing reaches it any more; a packet for it wakes it. */
  async park(record: ContainerRecord): Promise<void> {
    const { id, connections } = record
    if (connections.length === 0) return
    const { network, naps, report } = this.#context()
    this.#parked.add(id)
    const { process: _gone, ...options } = attachOptions(record, { pid: 0, pidStartTicks: 0 })
    await network.park(options, () => {
      if (this.#isClosed || this.#isTired(id)) return
      inBackground(report, "a container could not be woken by a packet", () => naps.wake(id, "packet"))
    })
  }

  /** Its processes are there: links as they were, and what came meanwhile. */
  async unpark({ id }: ContainerRecord, options: AttachOptions): Promise<void> {
    const { network } = this.#context()
    await network.attach(options)
    await network.unpark(id)
    this.#parked.delete(id)
  }

  /** After the document says that it hibernates: its frozen processes, and what a run has on the host but its place in the networks. */
  async endProcesses(record: ContainerRecord): Promise<void> {
    const { runs, health, logs, naps } = this.#context()
    runs.forget(record.id)
    naps.forget(record.id)
    health.unwatch(record.id)
    logs.unwatch(record.id)
    await cleanUpRun(this.#context(), record, { keepsNetwork: true })
  }

  /** See `ContainerApi.wake`; queues by itself. */
  restore(id: string, cause: WakeCause): Promise<Woken> {
    const { queue } = this.#context()
    return queue.run(id, async () => {
      if (this.#isClosed) throw new EngineError("aborted", { facts: { id }, publicMessage: "The engine is being closed." })
      const record = this.#context().containers.get(id)
      if (record?.state.status !== "hibernated") return { sleptMs: 0, wakeMs: 0 }
      try {
        const woken = await this.#restore(record, record.state.hibernation, cause)
        this.#failedAt.delete(id)
        return woken
      } catch (error) {
        this.#failedAt.set(id, this.#context().clock.monotonic())
        throw error
      }
    })
  }

  /** Its processes on disk are given up. To be called in its queue. */
  async giveUp(id: string, error?: string): Promise<void> {
    const context = this.#context()
    const after = await context.containers.update(id, (record) =>
      givenUp(record, { now: context.clock.now(), ...(error !== undefined && { error }) }),
    )
    this.#parked.delete(id)
    await context.network.detach(id)
    await this.dropImages(id)
    scheduleRestart(context, after)
    if (after.state.status === "exited" && after.spec.autoRemove === true) context.followUps.remove(id)
  }

  /** None is restored from here on. */
  close(): void {
    this.#isClosed = true
  }

  /** It is removed. */
  async forget(id: string): Promise<void> {
    this.#failedAt.delete(id)
    this.#parked.delete(id)
    await this.dropImages(id)
  }

  /**
   * At start, before anything is thawed or taken for ended: waits for a CRIU that outlived the daemon, drops what is half made, and gives those back their hibernation that were being woken and
   * never went on.
   */
  async settle(): Promise<void> {
    const { paths, report } = this.#context()
    if (!existsSync(paths.checkpoints)) return
    for (const name of readdirSync(paths.checkpoints)) {
      if (name.startsWith(".")) continue
      const images = join(paths.checkpoints, name)
      try {
        await this.#settleOne(name, images)
      } catch (error) {
        report.error("what a daemon before left of a container's processes on disk could not be put right", { images, error })
      }
    }
  }

  async #settleOne(name: string, images: string): Promise<void> {
    const { containers, groups } = this.#context()
    if (name.endsWith(HALF_MADE)) {
      const record = containers.get(name.slice(0, -HALF_MADE.length))
      await untilLeftAlone(images, LEFT_ALONE_MS).catch(async (error: unknown) => {
        if (record === undefined) throw error
        // What holds it up may be that they are frozen.
        await groups.of(record).thaw()
        await untilLeftAlone(images, LEFT_ALONE_MS)
      })
      return removeImages(images)
    }
    const record = containers.get(name)
    if (record?.state.status === "hibernated") return
    const manifest = record === undefined || runOf(record) === undefined || hasResumed(images) ? undefined : readManifest(images)
    if (manifest === undefined) await removeImages(images)
    else await containers.update(name, (current) => hibernatesOn(current, manifest.hibernation))
  }

  /** At start, once links and rules are as they should be: listens for packets to it. */
  async adopt(record: ContainerRecord): Promise<void> {
    if (record.state.status !== "hibernated") return
    const { paths, queue } = this.#context()
    if (readManifest(join(paths.checkpoints, record.id)) !== undefined) return this.park(record)
    await queue.run(record.id, () =>
      this.giveUp(record.id, "Its processes on disk are gone, and with them what it had in memory. Start it anew."),
    )
  }

  #isTired(id: string): boolean {
    const failedAt = this.#failedAt.get(id)
    return failedAt !== undefined && this.#context().clock.monotonic() - failedAt < RETRY_MS
  }

  async #restore(record: ContainerRecord, hibernation: ContainerHibernation, cause: WakeCause): Promise<Woken> {
    const context = this.#context()
    const { clock, containers } = context
    const began = clock.monotonic()
    const sleptMs = Math.max(0, clock.now() - hibernation.since)
    let wakeMs = 0
    const resume = async (process: Pick<CreatedSandbox, "pid" | "pidStartTicks">): Promise<void> => {
      wakeMs = clock.monotonic() - began
      const run = { ...process, bootId: context.bootId }
      await containers.update(record.id, (current) => restored(current, { run, cause, sleptMs, wakeMs }))
    }
    let created: CreatedSandbox
    try {
      created = await this.#restoreProcesses(record, resume)
    } catch (error) {
      await this.#afterFailure(record, hibernation)
      throw error
    }
    await this.#openLinks(record, created)
    const running = await containers.update(
      record.id,
      (current) =>
        current.state.status === "running"
          ? { record: { ...current, state: { ...current.state, run: { ...current.state.run, conmonPid: created.conmonPid } } }, events: [] }
          : undefined,
      { forced: true, sync: "soon" },
    )
    await watchRun(context, running)
    await this.dropImages(record.id)
    return { sleptMs, wakeMs }
  }

  /** What went on for however short a time is over; what did not hibernates as before. */
  async #afterFailure(record: ContainerRecord, hibernation: ContainerHibernation): Promise<void> {
    const context = this.#context()
    const { containers, runs, clock } = context
    if (hasResumed(join(context.paths.checkpoints, record.id))) {
      const exit = runs.exitOf(record.id) ?? { exitCode: UNKNOWN_EXIT_CODE, finishedAt: clock.now() }
      this.#parked.delete(record.id)
      await endRun(context, record.id, exit)
      await this.dropImages(record.id)
      return
    }
    runs.forget(record.id)
    await containers.update(record.id, (current) => hibernatesOn(current, hibernation), { forced: true })
    await this.park(record)
  }

  /** It runs, whatever becomes of its links: then they are made anew. */
  async #openLinks(record: ContainerRecord, created: CreatedSandbox): Promise<void> {
    const { network, report } = this.#context()
    this.#parked.delete(record.id)
    try {
      await network.unpark(record.id)
    } catch (error) {
      report.error("the links of a container that was restored are made anew", { id: record.id, error })
      try {
        await network.detach(record.id)
        await network.attach(attachOptions(record, created))
      } catch (failed) {
        report.error("a container that was restored has no links", { id: record.id, error: failed })
      }
    }
  }

  #restoreProcesses(
    record: ContainerRecord,
    resume: (process: Pick<CreatedSandbox, "pid" | "pidStartTicks">) => Promise<void>,
  ): Promise<CreatedSandbox> {
    const context = this.#context()
    return withUndo(context.report, async (runner) => {
      const prepared = await prepareRun(context, runner, record)
      return runner.step({
        name: "restore",
        deadlineMs: RESTORE_MS,
        run: () => this.#runCriu(record, prepared, resume),
        undo: async () => {
          await context.groups.of(record).killAll(stepDeadlineMs.kill)
          await context.sandbox.delete(record.id)
          await context.sandbox.forgetExit(record.id)
        },
      })
    })
  }

  async #runCriu(
    record: ContainerRecord,
    prepared: Awaited<ReturnType<typeof prepareRun>>,
    resume: (process: Pick<CreatedSandbox, "pid" | "pidStartTicks">) => Promise<void>,
  ): Promise<CreatedSandbox> {
    const context = this.#context()
    const { paths, network, runs, sandbox } = context
    const images = join(paths.checkpoints, record.id)
    const manifest = readManifest(images)
    if (manifest === undefined) throw new EngineError("state_corrupt", { facts: { images } })
    const scripts = restoreScripts(paths.checkpoints)
    const meeting = meetRestore(images, async (stage: RestoreStage, pid: number) => {
      const startTicks = readProcessStat(pid)?.startTicks
      if (startTicks === undefined) throw new EngineError("checkpoint_failed", { facts: { op: stage, pid } })
      const process = { pid, pidStartTicks: startTicks }
      if (stage === "post-restore") {
        await requireGrouped(context, record, pid)
        return resume(process)
      }
      if (record.connections.length > 0) await network.attach(attachOptions(record, process))
      else if (record.resolved.network.kind === "none") await network.attachLoopback({ pid, startTicks })
    })
    try {
      runs.expect(record.id)
      const restoring = sandbox.restore({
        spec: sandboxSpec({ ...prepared, pod: {}, volumes: context.volumes, paths, record, cgroupPath: prepared.cgroup.relativePath }),
        savedState: this.savedState(images),
        deadlineMs: RESTORE_MS - 60_000,
        command: ({ mounts, stdioFile, pidFile }) => [
          "/bin/sh",
          scripts.shim,
          stdioFile,
          context.criu(),
          ...restoreArguments({
            images,
            rootfs: prepared.rootfs,
            externals: manifest.externals,
            sourceOf: (target) => sourceOf(mounts, target),
            stdio: manifest.stdio,
            actionScript: scripts.action,
            pidFile,
          }),
          "--container",
        ],
      })
      // CRIU says only that it was told not to go on.
      const failed = meeting.failed.catch(async (error: unknown) => {
        await restoring.catch(() => undefined)
        throw error
      })
      return await Promise.race([restoring, failed])
    } catch (error) {
      if (!isEngineError(error, "checkpoint_failed")) throw error
      const said = complaintsOf(images, "restore.log")
      throw new EngineError("checkpoint_failed", {
        facts: { ...error.facts, said },
        cause: error,
        publicMessage: `Container "${record.name}" could not be restored from disk${said === "" ? "." : `: ${said}`} It goes on hibernating; kill it to give up what it had in memory.`,
      })
    } finally {
      meeting.close()
    }
  }
}

/** CRIU puts processes where they were; that must be where its limits are. */
async function requireGrouped({ groups }: LifecycleContext, record: ContainerRecord, pid: number): Promise<void> {
  if ((await groups.of(record).pids()).includes(pid)) return
  throw new EngineError("checkpoint_failed", {
    facts: { id: record.id, pid },
    publicMessage: "CRIU put it into another control group than its own: this host's control groups are others than when it fell asleep.",
  })
}

function sourceOf(mounts: readonly { source: string; target: string }[], target: string): string {
  const mount = mounts.findLast((each) => each.target === target)
  if (mount !== undefined) return mount.source
  throw new EngineError("checkpoint_failed", {
    facts: { target },
    publicMessage: `Nothing is to be mounted at ${target} any more, where something was when it fell asleep.`,
  })
}
