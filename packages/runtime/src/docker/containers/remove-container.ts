import { setTimeout as delay } from "node:timers/promises"
import { isEngineError } from "../../errors.js"
import { pathOf } from "../docker-client.js"
import type { DockerContext } from "../docker-context.js"
import { containerReference } from "./find-container.js"
import { waitContainer } from "./wait-container.js"

interface RemoveOptions {
  force?: boolean
  removeVolumes?: boolean
}

/** How long a removal may find things still in use: Podman's own cleaning up after an exit runs beside it. */
const busyDeadlineMs = 10_000

/** See `ContainerApi.remove`. */
export async function removeContainer(
  context: Pick<DockerContext, "client" | "now">,
  reference: string,
  options: RemoveOptions = {},
): Promise<void> {
  const deadline = context.now() + busyDeadlineMs
  for (let pauseMs = 20; ; pauseMs = Math.min(500, pauseMs * 2)) {
    try {
      return await removeOnce(context, reference, options)
    } catch (error) {
      const isBusy = isEngineError(error) && /device or resource busy|refusing to clean up/.test(String(error.facts.said))
      if (!isBusy || context.now() > deadline) throw error
      await delay(pauseMs)
    }
  }
}

async function removeOnce(context: Pick<DockerContext, "client" | "now">, reference: string, options: RemoveOptions): Promise<void> {
  try {
    await context.client.json({
      method: "DELETE",
      path: `/containers${pathOf(containerReference(reference))}`,
      query: { force: options.force ?? false, v: options.removeVolumes ?? false },
      about: { kind: "container", name: reference, doing: "remove it" },
    })
  } catch (error) {
    if (isEngineError(error, "not_found")) return
    if (!isEngineError(error, "conflict") || !/already in progress/.test(String(error.facts.said))) throw error
    // Somebody else is removing it; resolving means that it is not there.
    await waitContainer(context, reference, { condition: "removed" }).catch((gone: unknown) => {
      if (!isEngineError(gone, "not_found")) throw gone
    })
  }
}
