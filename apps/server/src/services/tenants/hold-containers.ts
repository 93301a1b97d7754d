import { type ContainerEngine, type ContainerSummary, isEngineError } from "@plimsoll/runtime"
import type { ConnectedHost } from "../hosts/hosts.js"

export interface HoldingDependencies {
  hosts: () => ConnectedHost[]
  report: (error: unknown, doing: string) => void
}

/** Whether a suspension still has to do something about it. */
export function runs({ state }: Pick<ContainerSummary, "state">): boolean {
  return state.status === "running" || state.status === "restarting"
}

/** Ids of the tenant's containers that run, on all hosts that answer. */
export async function listRunning({ hosts }: HoldingDependencies, tenant: string): Promise<string[]> {
  const rows = await Promise.all(hosts().map(({ engine }) => engine.containers.list({ tenant })))
  return rows.flat().flatMap((row) => (runs(row) ? [row.id] : []))
}

/**
 * Pauses the tenant's containers, or stops them where the engine cannot pause; one that waits for its restart is stopped, which ends the waiting.
 * One that cannot be held is reported, and tried again by who calls next.
 */
export async function holdContainers(dependencies: HoldingDependencies, tenant: string): Promise<void> {
  await onEachContainer(dependencies, { tenant, doing: "hold" }, async (engine, row, canPause) => {
    if (row.state.status === "restarting" || (row.state.status === "running" && !canPause)) await engine.containers.stop(row.id)
    else if (row.state.status === "running") await engine.containers.pause(row.id)
  })
}

/** The held ones go on: what was paused is resumed, what was stopped is started. One that cannot is reported, and is left to its owner. */
export async function releaseContainers(dependencies: HoldingDependencies, tenant: string, heldIds: readonly string[]): Promise<void> {
  const held = new Set(heldIds)
  await onEachContainer(dependencies, { tenant, doing: "start" }, async (engine, row) => {
    if (!held.has(row.id)) return
    if (row.state.status === "paused") await engine.containers.resume(row.id)
    else if (row.state.status === "exited" || row.state.status === "created") await engine.containers.start(row.id)
  })
}

async function onEachContainer(
  { hosts, report }: HoldingDependencies,
  { tenant, doing }: { tenant: string; doing: string },
  work: (engine: ContainerEngine, row: ContainerSummary, canPause: boolean) => Promise<void>,
): Promise<void> {
  for (const { engine } of hosts()) {
    const { features } = await engine.info()
    const rows = await engine.containers.list({ tenant })
    await Promise.all(
      rows.map((row) =>
        work(engine, row, features.includes("pause")).catch((error: unknown) => {
          // It ended or went meanwhile.
          if (isEngineError(error, "not_found") || isEngineError(error, "conflict")) return
          report(error, `${doing} container ${row.name} of tenant ${tenant}`)
        }),
      ),
    )
  }
}
