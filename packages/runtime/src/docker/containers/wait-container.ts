import type { ContainerApi, ExitStatus } from "../../engine.js"
import { EngineError } from "../../errors.js"
import { pathOf } from "../docker-client.js"
import type { DockerContext } from "../docker-context.js"
import { parseTime } from "../times.js"
import { containerReference, findContainerIfThere } from "./find-container.js"

/** See `ContainerApi.wait`. Of a container that is gone when it ends, what cannot be asked any more is the moment. */
export async function waitContainer(
  context: Pick<DockerContext, "client" | "now">,
  reference: string,
  options: NonNullable<Parameters<ContainerApi["wait"]>[1]> = {},
): Promise<ExitStatus> {
  const { condition = "not-running", signal } = options
  if (signal?.aborted === true) throw new EngineError("aborted", { publicMessage: "The caller gave up waiting." })
  const answer = await context.client.json<{ StatusCode?: number } | undefined>({
    method: "POST",
    path: `/containers${pathOf(containerReference(reference))}/wait`,
    query: { condition },
    about: { kind: "container", name: reference, doing: "wait for it" },
    ...(signal === undefined ? {} : { signal }),
  })
  const after = condition === "removed" ? undefined : await findContainerIfThere(context, reference)
  return {
    exitCode: answer?.StatusCode ?? after?.State?.ExitCode ?? -1,
    oomKilled: after?.State?.OOMKilled ?? false,
    finishedAt: parseTime(after?.State?.FinishedAt) ?? context.now(),
  }
}
