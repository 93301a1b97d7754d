import { EngineError, isEngineError } from "../../errors.js"
import { OBJECT_NAME } from "../../spec/names.js"
import { pathOf } from "../docker-client.js"
import type { DockerContext } from "../docker-context.js"
import type { WireContainer, WireContainerRow } from "../wire.js"

/** Docker's document of a container, by id, prefix or name. Rejects with `not_found`. */
export async function findContainer(
  { client }: Pick<DockerContext, "client">,
  reference: string,
  options: { size?: boolean } = {},
): Promise<WireContainer> {
  return client.json<WireContainer>({
    method: "GET",
    path: `/containers${pathOf(containerReference(reference))}/json`,
    query: { size: options.size },
    about: { kind: "container", name: reference, doing: "find it" },
  })
}

/** Undefined when it is not there. */
export async function findContainerIfThere(context: Pick<DockerContext, "client">, reference: string): Promise<WireContainer | undefined> {
  try {
    return await findContainer(context, reference)
  } catch (error) {
    if (isEngineError(error, "not_found")) return undefined
    throw error
  }
}

/** What can be no id and no name is not there; it never becomes part of a request. Throws `not_found`. */
export function containerReference(reference: string): string {
  if (OBJECT_NAME.test(reference)) return reference
  throw new EngineError("not_found", {
    facts: { reference: reference.slice(0, 100) },
    publicMessage: `There is no container "${reference.slice(0, 100)}".`,
  })
}

/** All containers of the daemon, whoever made them, newest first. `filters` as Docker has them. */
export function listRows({ client }: Pick<DockerContext, "client">, filters: Record<string, string[]> = {}): Promise<WireContainerRow[]> {
  return client.json<WireContainerRow[]>({
    method: "GET",
    path: "/containers/json",
    query: { all: true, ...(Object.keys(filters).length === 0 ? {} : { filters: JSON.stringify(filters) }) },
    about: { kind: "engine", doing: "list its containers" },
  })
}

/** True for a container whose process lives (paused ones too). */
export function isLive(wire: WireContainer): boolean {
  return (wire.State?.Pid ?? 0) > 0 && (wire.State?.Status === "running" || wire.State?.Status === "paused")
}

/** Rejects with `conflict` when it does not run. */
export async function findRunning(context: Pick<DockerContext, "client">, reference: string, purpose: string): Promise<WireContainer> {
  const wire = await findContainer(context, reference)
  if (isLive(wire)) return wire
  throw new EngineError("conflict", {
    facts: { id: wire.Id, status: wire.State?.Status },
    publicMessage: `Container "${(wire.Name ?? "").replace(/^\//, "")}" does not run. Start it to ${purpose}.`,
  })
}
