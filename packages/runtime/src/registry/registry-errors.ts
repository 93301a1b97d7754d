import { EngineError, type ErrorFacts } from "../errors.js"

/** The registry cannot be reached, or gives up on us: `why` completes the sentence people read. */
export function registryUnavailable(host: string, why: string, facts: ErrorFacts = {}, cause?: unknown): EngineError {
  return new EngineError("registry_unavailable", {
    facts: { host, why, ...facts },
    cause,
    publicMessage: `The registry ${host} ${why}. Check its name and the network, then try again.`,
  })
}

/** The registry wants other credentials, or does not allow it. */
export function registryRefused(host: string, why: string, facts: ErrorFacts = {}): EngineError {
  return new EngineError("registry_refused", {
    facts: { host, why, ...facts },
    publicMessage: `The registry ${host} ${why}.`,
  })
}

/** The answer is not one that an honest registry gives. Nothing of it is kept. */
export function registryInvalid(host: string, why: string, facts: ErrorFacts = {}, cause?: unknown): EngineError {
  return new EngineError("registry_invalid", {
    facts: { host, why, ...facts },
    cause,
    publicMessage: `What ${host} answered was refused: ${why}.`,
  })
}

/** May be better the next time. Becomes `registry_unavailable` when it never is. */
export class TransientFailure extends Error {
  override readonly name = "TransientFailure"

  constructor(
    /** Completes "The registry … ". */
    readonly why: string,
    /** What the registry asked to wait for, in ms. */
    readonly retryAfterMs?: number,
    cause?: unknown,
  ) {
    super(why, { cause })
  }
}

/** An address without what may be secret in it: signed redirects carry keys in their query. */
export function shownUrl(url: URL): string {
  return `${url.origin}${url.pathname}`.slice(0, 300)
}
