import type { BulkAction, ContainerSummary } from "@plimsoll/server/contract"

/** Which words say what an action means to one that hibernates, where its name alone does not. `null`: its name is enough. */
export function actionHint(action: BulkAction, { state }: Pick<ContainerSummary, "state">): "stopWakes" | "killForgets" | null {
  if (state.status !== "hibernated") return null
  return action === "stop" ? "stopWakes" : action === "kill" ? "killForgets" : null
}
