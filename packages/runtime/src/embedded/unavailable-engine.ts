import type { ContainerEngine, EngineInfo } from "../engine.js"
import { EngineError } from "../errors.js"

/** An engine that cannot work on this host as it is: it says why, and every other method rejects with `engine_unavailable` and the same words. */
export function unavailableEngine(info: EngineInfo): ContainerEngine {
  const refuse = (): never => {
    const { reason = "The engine cannot work on this host.", remedy } = info
    throw new EngineError("engine_unavailable", {
      facts: { reason, remedy },
      publicMessage: remedy === undefined ? reason : `${reason} ${remedy}`,
    })
  }
  const rejecting = <T extends object>(iterables: readonly string[] = []): T =>
    new Proxy<T>({} as T, {
      get: (_, name) => (typeof name === "string" && iterables.includes(name) ? () => failingIterable(refuse) : async () => refuse()),
    })
  return {
    kind: "embedded",
    info: async () => info,
    containers: rejecting(["logs"]),
    images: rejecting(),
    networks: rejecting(),
    volumes: rejecting(),
    tenants: rejecting(),
    events: () => failingIterable(refuse),
    close: async () => undefined,
  }
}

function failingIterable(refuse: () => never): AsyncIterable<never> {
  return { [Symbol.asyncIterator]: () => ({ next: async () => refuse() }) }
}
