import type { ContainerState, HealthProbeResult, HealthStatus } from "../../engine.js"
import { parseTime } from "../times.js"
import type { WireContainer, WireState } from "../wire.js"

/** Docker's state with exactly the facts of ours. `pausedAt` is what the events know of it. */
export function stateOf(wire: WireContainer, pausedAt?: number): ContainerState {
  const state = wire.State ?? {}
  const startedAt = parseTime(state.StartedAt)
  const exit = {
    exitCode: state.ExitCode ?? -1,
    oomKilled: state.OOMKilled ?? false,
    finishedAt: parseTime(state.FinishedAt) ?? parseTime(wire.Created) ?? 0,
  }
  switch (state.Status) {
    case "running":
    case "stopping":
      return { status: "running", pid: state.Pid ?? 0, startedAt: startedAt ?? 0 }
    case "paused":
      return { status: "paused", pid: state.Pid ?? 0, startedAt: startedAt ?? 0, pausedAt: pausedAt ?? startedAt ?? 0 }
    case "restarting":
      return {
        status: "restarting",
        restartAt: exit.finishedAt + restartDelayMs(wire, exit.finishedAt),
        startedAt: startedAt ?? 0,
        ...exit,
      }
    case "removing":
      return { status: "removing" }
    case "dead":
      return { status: "dead", error: state.Error || "Docker could not remove it wholly." }
    case "exited":
    case "stopped":
      return { status: "exited", ...(startedAt === undefined ? {} : { startedAt }), ...errorOf(state), ...exit }
    default:
      // Docker leaves a container whose start failed in "created", with the reason and an exit code.
      if ((state.Error ?? "") === "" && (state.ExitCode ?? 0) === 0) return { status: "created" }
      return { status: "exited", ...errorOf(state), ...exit }
  }
}

export function healthOf(wire: WireContainer): HealthStatus {
  const status = (wire.State?.Health ?? wire.State?.Healthcheck)?.Status
  return status === "starting" || status === "healthy" || status === "unhealthy" ? status : "none"
}

export function healthLogOf(wire: WireContainer): HealthProbeResult[] {
  const log = (wire.State?.Health ?? wire.State?.Healthcheck)?.Log ?? []
  return log.map(({ Start, End, ExitCode, Output }) => ({
    startedAt: parseTime(Start) ?? 0,
    finishedAt: parseTime(End) ?? 0,
    exitCode: ExitCode ?? 0,
    output: (Output ?? "").slice(0, 4096),
  }))
}

function errorOf(state: WireState): { error?: string } {
  return (state.Error ?? "") === "" ? {} : { error: state.Error ?? "" }
}

const firstDelayMs = 100
const longestDelayMs = 60_000
const steadyRunMs = 10_000

// Docker does not say when it will try again, but by which rule: 100 ms, doubled with each try up to a minute, and from the start
// after ten seconds of life (moby, restartmanager).
function restartDelayMs(wire: WireContainer, finishedAt: number): number {
  const startedAt = parseTime(wire.State?.StartedAt) ?? finishedAt
  if (finishedAt - startedAt >= steadyRunMs) return firstDelayMs
  return Math.min(longestDelayMs, firstDelayMs * 2 ** Math.min(wire.RestartCount ?? 0, 20))
}
