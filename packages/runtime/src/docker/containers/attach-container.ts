import type { ContainerApi, StdioSession, TerminalSize } from "../../engine.js"
import { EngineError } from "../../errors.js"
import type { DockerClient } from "../docker-client.js"
import type { DockerContext } from "../docker-context.js"
import { SharedStdio } from "../streams/shared-stdio.js"
import { findRunning } from "./find-container.js"

/**
 * See `ContainerApi.attach`. Docker ends a container's input when a connection that carried it ends; so who detaches leaves only his
 * streams, and the connection stays until the container ends or the engine is closed.
 */
export async function attachContainer(
  context: DockerContext & { connections: Set<SharedStdio> },
  reference: string,
  options: Parameters<ContainerApi["attach"]>[1] = {},
): Promise<StdioSession> {
  const wire = await findRunning(context, reference, "attach to it")
  const terminal = wire.Config?.Tty === true
  const input = options.stdin === true && wire.Config?.OpenStdin === true
  const socket = await context.client.hijack({
    method: "POST",
    path: `/containers/${wire.Id}/attach`,
    query: { stream: true, stdin: input, stdout: true, stderr: true },
    // An empty body of known length: the end mark of one in chunks would reach the process as input where the daemon (Podman) hands over the
    // connection unread.
    body: Buffer.alloc(0),
    about: { kind: "container", name: reference, doing: "attach to it" },
  })
  const connection = new SharedStdio(socket, terminal)
  context.connections.add(connection)
  void connection.ended.then(() => context.connections.delete(connection))
  const reader = connection.join()
  const detach = (): void => {
    connection.leave(reader)
    if (!input) connection.close()
  }
  options.signal?.addEventListener("abort", detach, { once: true })
  return {
    stdout: reader.stdout,
    ...(reader.stderr === undefined ? {} : { stderr: reader.stderr }),
    ...(input ? { stdin: connection.input() } : {}),
    resize: (size) => resizeTerminal(context.client, { kind: "container", id: wire.Id, terminal }, size),
    detach,
  }
}

/** Rejects with `conflict` where there is no terminal. */
export async function resizeTerminal(
  client: DockerClient,
  target: { kind: "container" | "exec"; id: string; terminal: boolean },
  { columns, rows }: TerminalSize,
): Promise<void> {
  if (!target.terminal)
    throw new EngineError("conflict", { facts: { id: target.id }, publicMessage: "There is no terminal whose size could be set." })
  const path = target.kind === "container" ? `/containers/${target.id}/resize` : `/exec/${target.id}/resize`
  await client.json({
    method: "POST",
    path,
    query: { h: rows, w: columns },
    about: { kind: target.kind, doing: "set the terminal's size" },
  })
}
