import type { ContainerState, HealthStatus } from "@plimsoll/server/contract"
import type { VisualState } from "@/components/controls/state-dot"

/** 128 + SIGTERM, 128 + SIGINT: it was asked to end, and did. */
const ASKED_TO_END = [143, 130]

/** How a container's state is drawn. An exit other than 0 has failed, unless it was asked for; health matters while it runs. */
export function visualState(state: ContainerState, health: HealthStatus = "none"): VisualState {
  switch (state.status) {
    case "running":
      return health === "unhealthy" ? "unhealthy" : "running"
    case "exited":
      return (state.exitCode === 0 || ASKED_TO_END.includes(state.exitCode)) && state.error === undefined && !state.oomKilled
        ? "exited"
        : "failed"
    case "dead":
      return "failed"
    case "created":
    case "paused":
    case "hibernated":
    case "restarting":
    case "removing":
      return state.status
  }
}
