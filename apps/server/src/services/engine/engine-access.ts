import type { ContainerEngine, EngineInfo } from "@plimsoll/runtime"

/** The way to the engine, which may be missing on this host for a while. */
export interface EngineAccess {
  /** The engine. Throws `engine_unavailable` with reason and remedy when it could not be opened. */
  get(): ContainerEngine
  /** What host and engine are and can do. Answers also without an engine. */
  info(): Promise<EngineInfo>
  /** Calls back with the engine once it is there, and again whenever it was opened anew. Returns what stops it. */
  onOpened(listener: (engine: ContainerEngine) => void): () => void
  /** Leaves the engine; containers go on running. */
  close(): Promise<void>
}
