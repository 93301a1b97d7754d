import { type ContainerApi, isEngineError } from "@plimsoll/runtime"
import type { z } from "zod"
import type { BulkResult, bulkContainersInput } from "../../contract/containers.js"
import type { Hosts } from "../hosts/hosts.js"

type Bulk = z.output<typeof bulkContainersInput>

/** As many at once as one action may occupy the host with. */
const PARALLEL = 8

/** Does one action to many containers, on whichever hosts they are, and reports on each; ids given twice are done once. Never rejects for a single item. */
export async function bulkContainers(
  hosts: Pick<Hosts, "ofContainer">,
  { action, ids, options = {} }: Bulk,
  report: (error: unknown, doing: string) => void,
): Promise<BulkResult> {
  const result: BulkResult = { done: [], failed: [] }
  const waiting = [...new Set(ids)]
  const work = async () => {
    for (let id = waiting.shift(); id !== undefined; id = waiting.shift()) {
      try {
        const { engine } = await hosts.ofContainer(id)
        await act(engine.containers, action, id, options)
        result.done.push(id)
      } catch (error) {
        if (isEngineError(error)) result.failed.push({ id, code: error.code, message: error.publicMessage })
        else {
          report(error, `${action} ${id}`)
          result.failed.push({ id, code: "internal", message: "Something went wrong on the server; its log has the details." })
        }
      }
    }
  }
  await Promise.all(Array.from({ length: PARALLEL }, work))
  return result
}

async function act(containers: ContainerApi, action: Bulk["action"], id: string, options: NonNullable<Bulk["options"]>): Promise<unknown> {
  const { signal, timeoutMs, force, removeVolumes } = options
  switch (action) {
    case "start":
      return containers.start(id)
    case "stop":
      return containers.stop(id, { ...(signal && { signal }), ...(timeoutMs !== undefined && { timeoutMs }) })
    case "kill":
      return containers.kill(id, { ...(signal && { signal }) })
    case "restart":
      return containers.restart(id, { ...(timeoutMs !== undefined && { timeoutMs }) })
    case "pause":
      return containers.pause(id)
    case "resume":
      return containers.resume(id)
    case "nap":
      return containers.nap(id)
    case "hibernate":
      return containers.hibernate(id)
    case "wake":
      return containers.wake(id, { cause: "request" })
    case "remove":
      return containers.remove(id, { ...(force !== undefined && { force }), ...(removeVolumes !== undefined && { removeVolumes }) })
  }
}
