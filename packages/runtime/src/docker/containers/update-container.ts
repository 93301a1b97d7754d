import type { ContainerApi } from "../../engine.js"
import { EngineError, isEngineError } from "../../errors.js"
import { checkRestartPolicy } from "../../spec/check-process-settings.js"
import type { DockerContext } from "../docker-context.js"
import type { WireHostConfig } from "../wire.js"
import type { StatsReader } from "./container-stats.js"
import { findContainer, isLive } from "./find-container.js"

/** See `ContainerApi.update`. Resolves with the id. */
export async function updateContainer(
  context: DockerContext & { stats: StatsReader },
  reference: string,
  { limits = {}, restartPolicy }: Parameters<ContainerApi["update"]>[1],
): Promise<string> {
  const daemon = await context.daemon.facts()
  if (daemon.flavour === "podman")
    throw new EngineError("unsupported", {
      facts: { container: reference },
      publicMessage: "Podman's Docker API cannot change a container that exists. Make a new one with the limits.",
    })
  daemon.limits.check(limits)
  if (restartPolicy !== undefined) checkRestartPolicy("restartPolicy", restartPolicy)
  const wire = await findContainer(context, reference)
  const current = daemon.limits.fromHostConfig(wire.HostConfig ?? {}, daemon.kernel)
  const change: WireHostConfig = daemon.limits.toUpdate(limits, current)
  // On cgroup v2 the kernel would not refuse, it would kill.
  if (typeof limits.memoryMaxBytes === "number" && isLive(wire)) {
    const { usedBytes } = (await context.stats.one(wire.Id)).memory
    if (limits.memoryMaxBytes < usedBytes) throw belowUsage(limits.memoryMaxBytes, usedBytes)
  }
  if (restartPolicy !== undefined)
    change.RestartPolicy = {
      Name: restartPolicy.kind,
      MaximumRetryCount: restartPolicy.kind === "on-failure" ? restartPolicy.maximumRetries : 0,
    }
  if (Object.keys(change).length > 0) await send(context, { id: wire.Id, reference, change })
  return wire.Id
}

async function send({ client }: DockerContext, options: { id: string; reference: string; change: WireHostConfig }): Promise<void> {
  const { id, reference, change } = options
  try {
    await client.json({
      method: "POST",
      path: `/containers/${id}/update`,
      body: change,
      about: { kind: "container", name: reference, doing: "change it" },
    })
  } catch (error) {
    // What cgroup v1 answers when more is in use than the new limit allows.
    if (!isEngineError(error) || !/device or resource busy|current usage/i.test(String(error.facts.said))) throw error
    throw new EngineError("limit_below_usage", {
      cause: error,
      facts: error.facts,
      publicMessage: `${error.publicMessage} Choose more, or stop it first.`,
    })
  }
}

function belowUsage(memoryMaxBytes: number, usedBytes: number): EngineError {
  return new EngineError("limit_below_usage", {
    facts: { limit: "memoryMaxBytes", memoryMaxBytes, usedBytes },
    publicMessage: `memoryMaxBytes: the container uses ${Math.ceil(usedBytes / 2 ** 20)} MiB now. Choose more, or stop it first.`,
  })
}
