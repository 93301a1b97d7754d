import type { ContainerApi, ExitStatus } from "../engine.js"
import { EngineError } from "../errors.js"
import { type ContainerRecord, isOver } from "./container-record.js"
import type { ContainerStore } from "./container-store.js"

type WaitOptions = NonNullable<Parameters<ContainerApi["wait"]>[1]>

/** See `ContainerApi.wait`. Woken by the change itself; holds nothing but a listener. */
export function waitContainer(
  containers: Pick<ContainerStore, "find" | "watch">,
  reference: string,
  options: WaitOptions,
): Promise<ExitStatus> {
  const { condition = "not-running", signal } = options
  const record = containers.find(reference)
  let last = exitOf(record)
  if (condition === "not-running" && isOver(record)) return Promise.resolve(last)
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) return reject(gaveUp(signal))
    const onAbort = (): void => {
      unwatch()
      reject(gaveUp(signal))
    }
    const unwatch = containers.watch(record.id, (now) => {
      const ended = now !== undefined && isOver(now) && now.state.status !== "created"
      if (ended) last = exitOf(now)
      // Removal ends every wait: no exit can follow.
      if (now !== undefined && !(ended && condition !== "removed" && isNewExit(record, now))) return
      unwatch()
      signal?.removeEventListener("abort", onAbort)
      resolve(last)
    })
    signal?.addEventListener("abort", onAbort, { once: true })
  })
}

// A renaming of an exited container is a change too, and no exit.
function isNewExit(before: ContainerRecord, now: ContainerRecord): boolean {
  return exitOf(before).finishedAt !== exitOf(now).finishedAt || !isOver(before)
}

/** Of a container that never ran: as if it had ended well, at time 0. */
function exitOf(record: ContainerRecord): ExitStatus {
  const { state } = record
  if (state.status !== "exited" && state.status !== "restarting")
    return { exitCode: state.status === "dead" ? -1 : 0, oomKilled: false, finishedAt: 0 }
  return { exitCode: state.exitCode, oomKilled: state.oomKilled, finishedAt: state.finishedAt }
}

function gaveUp(signal: AbortSignal | undefined): EngineError {
  return new EngineError("aborted", { cause: signal?.reason })
}
