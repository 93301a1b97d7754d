import type { ContainerEngine, ContainerSummary, EngineInfo } from "@plimsoll/runtime"
import { within } from "../within.js"
import { engineAway, isAway, whyAway } from "./why-away.js"

const DEADLINE_MS = 10_000

export interface FoundEngine {
  info: EngineInfo
  containers: ContainerSummary[]
  images: number
}

/** Opens an engine, looks what there is, and leaves it. Rejects with `engine_unavailable`, reason and remedy when it does not answer. */
export async function testEndpoint(open: () => Promise<ContainerEngine>): Promise<FoundEngine> {
  const engine = await open()
  try {
    const info = await within(DEADLINE_MS, engine.info())
    if (info.status === "unavailable") throw engineAway(whyAway(info))
    const [containers, images] = await within(DEADLINE_MS, Promise.all([engine.containers.list(), engine.images.list()]))
    return { info, containers, images: images.length }
  } catch (error) {
    throw isAway(error) && error instanceof Error ? engineAway(whyAway(error)) : error
  } finally {
    await engine.close()
  }
}
