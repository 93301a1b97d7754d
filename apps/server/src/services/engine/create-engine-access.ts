import { type ContainerEngine, EngineError, type EngineInfo, isEngineError } from "@plimsoll/runtime"
import type { EngineAccess } from "./engine-access.js"
import { hostWithoutEngine } from "./host-without-engine.js"

/** Pauses before it is tried again, so that a host that was mended heals without a restart. */
const RETRY_MS = [15_000, 30_000, 60_000, 300_000]

export interface EngineAccessOptions {
  open: () => Promise<ContainerEngine>
  dataDirectory: string
  /** Told once for each reason, not at each try. */
  onUnavailable: (info: EngineInfo, error: unknown) => void
  setTimer?: (callback: () => void, delayMs: number) => NodeJS.Timeout
}

/** Opens the engine, and goes on trying in growing pauses while the host cannot run it. Resolves after the first try. */
export async function createEngineAccess(options: EngineAccessOptions): Promise<EngineAccess> {
  const setTimer = options.setTimer ?? ((callback, delayMs) => setTimeout(callback, delayMs).unref())
  const listeners = new Set<(engine: ContainerEngine) => void>()
  let engine: ContainerEngine | undefined
  let failure: EngineInfo | undefined
  let timer: NodeJS.Timeout | undefined
  let closed = false
  let attempts = 0

  function fail(info: EngineInfo, error: unknown): void {
    if (failure?.reason !== info.reason) options.onUnavailable(info, error)
    failure = info
  }

  async function attempt(): Promise<void> {
    try {
      const opened = await options.open()
      const info = await opened.info()
      if (closed || info.status === "unavailable") {
        await opened.close()
        fail(info, undefined)
      } else {
        engine = opened
        failure = undefined
        for (const listener of listeners) listener(opened)
        return
      }
    } catch (error) {
      fail({ ...hostWithoutEngine(options.dataDirectory), ...explain(error) }, error)
    }
    if (!closed) timer = setTimer(() => void attempt(), RETRY_MS[Math.min(attempts++, RETRY_MS.length - 1)] ?? 300_000)
  }

  await attempt()
  return {
    get() {
      if (engine !== undefined) return engine
      const reason = failure?.reason ?? "The engine is not open."
      throw new EngineError("engine_unavailable", {
        publicMessage: failure?.remedy === undefined ? reason : `${reason} Remedy: ${failure.remedy}`,
        facts: { reason, remedy: failure?.remedy },
      })
    },
    async info() {
      if (engine !== undefined) return engine.info()
      return failure ?? hostWithoutEngine(options.dataDirectory)
    },
    onOpened(listener) {
      listeners.add(listener)
      if (engine !== undefined) listener(engine)
      return () => listeners.delete(listener)
    },
    async close() {
      closed = true
      clearTimeout(timer)
      const open = engine
      engine = undefined
      await open?.close()
    },
  }
}

function explain(error: unknown): { reason: string; remedy?: string } {
  if (!isEngineError(error)) {
    const reason = `The engine could not be opened: ${error instanceof Error ? error.message : String(error)}`
    return { reason, remedy: "The server's log has the details; `npm run doctor` shows what this host lacks." }
  }
  const remedy = error.facts.remedy
  return { reason: error.publicMessage, ...(typeof remedy === "string" && { remedy }) }
}
