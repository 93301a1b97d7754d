import { setTimeout as pause } from "node:timers/promises"
import type { ContainerEngine, EngineEvent } from "@plimsoll/runtime"

const WATCH_AGAIN_MS = 5000

/** Passes an engine's new events on until it is closed or `signal` aborts; goes on after a failure. */
export async function watchEngine(
  engine: Pick<ContainerEngine, "events">,
  { signal, onEvent, onError }: { signal: AbortSignal; onEvent: (event: EngineEvent) => void; onError: (error: unknown) => void },
): Promise<void> {
  while (!signal.aborted) {
    try {
      for await (const event of engine.events({ follow: true, signal })) onEvent(event)
      return
    } catch (error) {
      onError(error)
      await pause(WATCH_AGAIN_MS, undefined, { signal, ref: false }).catch(() => undefined)
    }
  }
}

/** Which containers somebody has an exec in, as far as events since the start of the server tell. */
export class OpenExecs {
  readonly #execs = new Map<string, Set<string>>()

  see({ kind, action, id, attributes }: Pick<EngineEvent, "kind" | "action" | "id" | "attributes">): void {
    if (kind !== "container") return
    const execId = attributes.execId ?? ""
    if (action === "exec-start") this.#execs.set(id, (this.#execs.get(id) ?? new Set()).add(execId))
    if (action === "exec-exit") this.#execs.get(id)?.delete(execId)
    if (action === "exit" || action === "remove" || this.#execs.get(id)?.size === 0) this.#execs.delete(id)
  }

  has(id: string): boolean {
    return this.#execs.has(id)
  }
}
