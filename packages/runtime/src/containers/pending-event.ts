import type { EngineEvent } from "../engine.js"

/**
 * An event that has a place in its object's history (`key`) but no cursor yet. The journal takes a key once: the same
 * pending event may be offered again after a crash and is still one record.
 */
export interface PendingEvent extends Omit<EngineEvent, "cursor"> {
  /** `<object id>:<sequence>`; the sequence grows with each event of the object. */
  key: string
}
