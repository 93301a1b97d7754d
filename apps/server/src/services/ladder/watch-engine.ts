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
