import type { ContainerApi } from "../../engine.js"
import { EngineError, isEngineError } from "../../errors.js"
import { checkObjectName } from "../../spec/names.js"
import { parseSignal } from "../../spec/signals.js"
import { type DockerRequest, pathOf } from "../docker-client.js"
import type { DockerContext } from "../docker-context.js"
import { containerReference, findContainer, findRunning, isLive } from "./find-container.js"
import { waitContainer } from "./wait-container.js"

type Lifecycle = Pick<ContainerApi, "start" | "stop" | "kill" | "restart" | "pause" | "resume" | "rename">

/** Orders that Docker itself carries out, one container's one after the other. */
export function lifecycleApi(context: DockerContext): Lifecycle {
  const order = async (reference: string, action: string, doing: string, query: DockerRequest["query"] = {}): Promise<void> => {
    try {
      await context.client.json({
        method: "POST",
        path: `/containers${pathOf(containerReference(reference))}/${action}`,
        query,
        about: { kind: "container", name: reference, doing },
      })
    } catch (error) {
      // 304: it is already what was asked for.
      if (!isEngineError(error) || error.facts.status !== 304) throw error
    }
  }
  return {
    start: async (id) => {
      if ((await context.daemon.facts()).flavour === "podman") await startPodman(context, id, () => order(id, "start", "start it"))
      else await order(id, "start", "start it")
    },
    stop: async (id, options = {}) => {
      await thawForPodman(context, id)
      if (options.signal === undefined) await order(id, "stop", "stop it", grace(options.timeoutMs))
      else await stopWith(context, id, { ...options, signal: options.signal })
    },
    kill: async (id, { signal = "KILL" } = {}) => {
      const number = parseSignal(signal)
      await order(id, "kill", "send it a signal", { signal: String(number) })
    },
    restart: (id, options = {}) => order(id, "restart", "restart it", grace(options.timeoutMs)),
    pause: (id) => order(id, "pause", "pause it"),
    resume: (id) => order(id, "unpause", "resume it"),
    rename: async (id, name) => {
      checkObjectName("name", name)
      await order(id, "rename", "rename it", { name })
    },
  }
}

/** Podman starts what a pod needs along, which nobody asked for, and keeps nothing of a start that failed. */
async function startPodman(context: DockerContext, reference: string, start: () => Promise<void>): Promise<void> {
  const wire = await findContainer(context, reference)
  const { NetworkMode, PidMode, IpcMode } = wire.HostConfig ?? {}
  for (const mode of [NetworkMode, PidMode, IpcMode]) {
    const other = mode?.startsWith("container:") === true ? mode.slice("container:".length) : undefined
    if (other !== undefined) await findRunning(context, other, "share its namespaces")
  }
  try {
    await start()
    context.failedStarts.delete(wire.Id)
  } catch (error) {
    if (isEngineError(error, "command_not_found"))
      context.failedStarts.set(wire.Id, { exitCode: Number(error.facts.exitCode), error: error.publicMessage, at: context.now() })
    // Only what is new is asked for: an old one is of a container that is long gone.
    if (context.failedStarts.size > maximumFailedStarts) context.failedStarts.delete(context.failedStarts.keys().next().value ?? "")
    throw error
  }
}

const maximumFailedStarts = 1000

// Docker lets a paused container go on to stop it; Podman refuses.
async function thawForPodman({ client, daemon }: DockerContext, reference: string): Promise<void> {
  if ((await daemon.facts()).flavour !== "podman") return
  const wire = await findContainer({ client }, reference)
  if (wire.State?.Status !== "paused") return
  await client.json({
    method: "POST",
    path: `/containers/${wire.Id}/unpause`,
    about: { kind: "container", name: reference, doing: "resume it" },
  })
}

/** Docker counts whole seconds; less is rounded up, so that nobody has less grace than was meant. */
function grace(timeoutMs: number | undefined): { t?: number } {
  return timeoutMs === undefined ? {} : { t: Math.ceil(timeoutMs / 1000) }
}

// Before API 1.42 a stop cannot be told its signal: the signal, the grace, then a stop without any.
async function stopWith(context: DockerContext, reference: string, options: { signal: string; timeoutMs?: number }): Promise<void> {
  const number = parseSignal(options.signal)
  const wire = await findContainer(context, reference)
  const about = { kind: "container", name: reference, doing: "stop it" } as const
  if (isLive(wire)) {
    await context.client.json({ method: "POST", path: `/containers/${wire.Id}/kill`, query: { signal: String(number) }, about })
    const timeoutMs = options.timeoutMs ?? (wire.Config?.StopTimeout ?? 10) * 1000
    await waitContainer(context, wire.Id, { signal: AbortSignal.timeout(timeoutMs) }).catch((error: unknown) => {
      if (!isEngineError(error, "aborted") && !isEngineError(error, "not_found")) throw error
    })
  }
  try {
    await context.client.json({ method: "POST", path: `/containers/${wire.Id}/stop`, query: { t: 0 }, about })
  } catch (error) {
    if (!(error instanceof EngineError) || (error.facts.status !== 304 && error.code !== "not_found")) throw error
  }
}
