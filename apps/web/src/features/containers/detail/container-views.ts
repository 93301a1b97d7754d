import type { EngineFeature, HostSummary } from "@plimsoll/server/contract"
import { lacks } from "@/lib/hosts"
import type { May } from "@/lib/session"

export const containerViews = ["graphs", "logs", "terminal", "processes", "files", "isolation", "settings"] as const
export type ContainerViewName = (typeof containerViews)[number]

/** Of which operations a view needs at least one. Those that need none are there for every engine. */
const needs: Record<ContainerViewName, readonly EngineFeature[]> = {
  graphs: [],
  logs: [],
  terminal: ["exec"],
  processes: ["top"],
  files: ["list-files", "diff"],
  isolation: ["namespaces", "cgroup-tree"],
  settings: [],
}

/** True unless the host's engine lacks all that the view shows, or one may not have it. */
export function isOffered(view: ContainerViewName, host: HostSummary | undefined, may: May): boolean {
  if (view === "terminal" && !may("containers.openTerminal")) return false
  return needs[view].length === 0 || needs[view].some((feature) => !lacks(host, feature))
}

/** True for a view that shows what the engine says at this moment; the others live from what the console recorded. */
export function asksEngine(view: ContainerViewName): boolean {
  return view !== "graphs" && view !== "settings"
}

/** Which view an address is of: `/containers/web-1/logs`. */
export function viewOfPath(path: string): ContainerViewName {
  const last = path.split("/")[3]
  return containerViews.find((view) => view === last) ?? "graphs"
}
