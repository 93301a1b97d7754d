import type { BulkAction, ContainerSummary, HostSummary } from "@plimsoll/server/contract"
import { lacks } from "@/lib/hosts"
import type { May } from "@/lib/session"

/** What can be done with a container in this state, in the order in which menus show it; never what its host's engine lacks, or what one may not. */
export function availableActions(
  container: Pick<ContainerSummary, "state" | "nap">,
  host: HostSummary | undefined,
  may: May,
): BulkAction[] {
  return actionsInState(container)
    .filter((action) => may(`containers.${action}`))
    .filter((action) => !((action === "pause" || action === "resume") && lacks(host, "pause")))
    .filter((action) => !((action === "nap" || action === "hibernate") && lacks(host, action)))
}

function actionsInState({ state, nap }: Pick<ContainerSummary, "state" | "nap">): BulkAction[] {
  switch (state.status) {
    case "running":
      return ["stop", "restart", "pause", "nap", "hibernate", "kill", "remove"]
    case "paused":
      return nap === undefined ? ["resume", "stop", "kill", "remove"] : ["wake", "hibernate", "stop", "kill", "remove"]
    case "hibernated":
      return ["wake", "stop", "kill", "remove"]
    case "restarting":
      return ["start", "stop", "remove"]
    case "created":
    case "exited":
      return ["start", "remove"]
    case "dead":
      return ["remove"]
    case "removing":
      return []
  }
}
