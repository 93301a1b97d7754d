import type { RestartPolicy } from "../spec/container-spec.js"

export const INITIAL_BACKOFF_MS = 100
export const MAXIMUM_BACKOFF_MS = 60_000
/** A run of this length counts as success: the next failure begins with the shortest pause again. */
export const LIFE_THAT_RESETS_BACKOFF_MS = 10_000

export type RestartDecision = { kind: "stay" } | { kind: "restart"; delayMs: number; streak: number }

/**
 * Whether a container that ended by itself starts again, and after which pause: 100 ms, doubled with each quick failure up
 * to 60 s. A stop or kill by the user is never overruled. (docs.docker.com/engine/containers/start-containers-automatically)
 */
export function decideRestart(ended: {
  policy: RestartPolicy
  exitCode: number
  stopRequested: boolean
  /** Restarts since the user started it. */
  restartCount: number
  /** Restarts in a row without a long life between them. */
  streak: number
  lifeMs: number
}): RestartDecision {
  if (ended.stopRequested || !policyWants(ended.policy, ended.exitCode, ended.restartCount)) return { kind: "stay" }
  const streak = ended.lifeMs >= LIFE_THAT_RESETS_BACKOFF_MS ? 0 : ended.streak
  const delayMs = Math.min(INITIAL_BACKOFF_MS * 2 ** Math.min(streak, 20), MAXIMUM_BACKOFF_MS)
  return { kind: "restart", delayMs, streak: streak + 1 }
}

/**
 * Whether a container that does not run starts after a reboot of the host. As in Docker `always` starts even what the user
 * had stopped, `unless-stopped` does not.
 */
export function startsAfterReboot(
  policy: RestartPolicy,
  state: { stoppedByUser: boolean; exitCode: number; restartCount: number },
): boolean {
  if (policy.kind === "always") return true
  return !state.stoppedByUser && policyWants(policy, state.exitCode, state.restartCount)
}

function policyWants(policy: RestartPolicy, exitCode: number, restartCount: number): boolean {
  switch (policy.kind) {
    case "no":
      return false
    case "always":
    case "unless-stopped":
      return true
    case "on-failure":
      return exitCode !== 0 && (policy.maximumRetries === 0 || restartCount < policy.maximumRetries)
  }
}
