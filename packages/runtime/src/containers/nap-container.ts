import type { ContainerNap } from "../engine.js"
import { EngineError, isEngineError } from "../errors.js"
import type { ContainerRecord, RunFacts } from "./container-record.js"
import { napped } from "./container-transitions.js"
import { runningContainer } from "./kill-container.js"
import type { LifecycleContext } from "./lifecycle-context.js"
import { wokenMeanwhile } from "./naps.js"
import { networkOwner } from "./pods.js"
import { takeBack } from "./reclaim-container.js"

/**
 * See `ContainerApi.nap`; to be called in the container's queue. In order: listen for packets, freeze, push out, write down. The document says
 * that it naps only once all of it is done; whatever comes before, or a crash, leaves it running.
 */
export async function napContainer(context: LifecycleContext, id: string): Promise<ContainerNap> {
  const { record, run } = runningContainer(context, id, "let it nap")
  if (record.state.status === "paused" && record.state.nap !== undefined) return record.state.nap
  refuse(context, record)
  const { naps, health, clock, groups, reclaims } = context
  const attempt = naps.begin(record.id)
  try {
    return await reclaims.inLane(attempt.signal, async () => {
      if (attempt.signal.aborted) throw wokenMeanwhile(record, attempt.signal.reason)
      const began = clock.monotonic()
      health.suspend(record.id)
      await naps.listen(record)
      await naps.inTurn(record.id, () => fallAsleep(context, record, run, attempt))
      const since = clock.now()
      const reclaimed = await takeBack(context, record.id, Number.POSITIVE_INFINITY, { thorough: true, signal: attempt.signal })
      return await naps.inTurn(record.id, async () => {
        if (attempt.signal.aborted) throw wokenMeanwhile(record, attempt.signal.reason)
        const nap = { since, ...reclaimed }
        const tookMs = clock.monotonic() - began
        await context.containers.update(record.id, (current) => napped(current, { nap, tookMs }), { sync: "soon" })
        return nap
      })
    })
  } catch (error) {
    naps.stopListening(record.id)
    await naps.inTurn(record.id, () => unlessGone(() => groups.of(record).thaw()))
    health.resume(record.id)
    throw error
  } finally {
    attempt.end()
  }
}

/** Freezes it, unless somebody wants it awake. To be called in its turn (`Naps.inTurn`). */
export async function fallAsleep(
  context: LifecycleContext,
  record: ContainerRecord,
  run: RunFacts,
  attempt: { signal: AbortSignal; frozen(): void },
): Promise<void> {
  if (attempt.signal.aborted) throw wokenMeanwhile(record, attempt.signal.reason)
  refuseBusy(context, context.containers.find(record.id))
  await context.groups.of(record).freeze()
  attempt.frozen()
  // What came before anybody listened: whoever sent it waits for the answer.
  if (context.network.inputWaits({ pid: run.pid, startTicks: run.pidStartTicks })) throw wokenMeanwhile(record, "packet")
}

function refuse(context: LifecycleContext, record: ContainerRecord): void {
  if (record.state.status === "paused")
    throw new EngineError("conflict", {
      facts: { id: record.id },
      publicMessage: `Container "${record.name}" was paused by hand. Resume it first.`,
    })
  const { status, detail, remedy } = context.napAbility()
  if (status === "missing")
    throw new EngineError("unsupported", {
      facts: { id: record.id, ...(remedy === undefined ? {} : { remedy }) },
      publicMessage: `Containers cannot nap on this host: ${detail}`,
    })
  if (networkOwner(context.containers, record).kind === "host")
    throw new EngineError("unsupported", {
      facts: { id: record.id, network: "host" },
      publicMessage: `Container "${record.name}" has the host's network: no packet is known to be its own, so that none could wake it.`,
    })
  refuseBusy(context, record)
}

export function refuseBusy({ naps }: LifecycleContext, record: ContainerRecord): void {
  const running = Object.values(record.execs).find(({ exitCode }) => exitCode === undefined)
  if (running === undefined && !naps.isHeld(record.id)) return
  throw new EngineError("conflict", {
    facts: { id: record.id },
    publicMessage:
      running === undefined
        ? `Container "${record.name}" is in use just now: a terminal is attached, or an operation is under way.`
        : `A command runs in container "${record.name}" (${running.command.join(" ").slice(0, 80)}). It can sleep once that has ended.`,
  })
}

export async function unlessGone(work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (!isEngineError(error, "not_found")) throw error
  }
}
