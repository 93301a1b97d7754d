import type { ImageConfig } from "../../engine.js"
import { listOf } from "../containers/container-view.js"
import { fromWireHealthCheck, toWireHealthCheck } from "../health-check.js"
import { visibleLabels } from "../labels.js"
import type { WireConfig } from "../wire.js"

/** What an image says of its containers. */
export function fromWireConfig(wire: WireConfig | null | undefined): ImageConfig {
  const healthCheck = fromWireHealthCheck(wire?.Healthcheck)
  return {
    user: wire?.User ?? "",
    exposedPorts: Object.keys(wire?.ExposedPorts ?? {}),
    environment: wire?.Env ?? [],
    entrypoint: listOf(wire?.Entrypoint),
    command: listOf(wire?.Cmd),
    volumes: Object.keys(wire?.Volumes ?? {}),
    workingDirectory: wire?.WorkingDir ?? "",
    labels: visibleLabels(wire?.Labels),
    ...(wire?.StopSignal ? { stopSignal: wire.StopSignal } : {}),
    ...(healthCheck === null ? {} : { healthCheck }),
  }
}

/** Only what is given; labels are the caller's to merge. */
export function toWireConfig(config: Partial<ImageConfig>): WireConfig {
  const setOf = (names: readonly string[]): Record<string, object> => Object.fromEntries(names.map((name) => [name, {}]))
  return {
    ...(config.user === undefined ? {} : { User: config.user }),
    ...(config.exposedPorts === undefined ? {} : { ExposedPorts: setOf(config.exposedPorts) }),
    ...(config.environment === undefined ? {} : { Env: config.environment }),
    ...(config.entrypoint === undefined ? {} : { Entrypoint: config.entrypoint }),
    ...(config.command === undefined ? {} : { Cmd: config.command }),
    ...(config.volumes === undefined ? {} : { Volumes: setOf(config.volumes) }),
    ...(config.workingDirectory === undefined ? {} : { WorkingDir: config.workingDirectory }),
    ...(config.stopSignal === undefined ? {} : { StopSignal: config.stopSignal }),
    ...(config.healthCheck === undefined ? {} : { Healthcheck: toWireHealthCheck(config.healthCheck) }),
  }
}

/** The same as lines of a Dockerfile. What cannot be one line is refused by the daemon, never cut. */
export function dockerfileLines(config: Partial<ImageConfig>): string[] {
  const { user, exposedPorts = [], environment = [], entrypoint, command, volumes, workingDirectory, labels = {}, stopSignal } = config
  return [
    ...(user === undefined ? [] : [`USER ${user}`]),
    ...exposedPorts.map((port) => `EXPOSE ${port}`),
    ...environment.map((entry) => `ENV ${entry}`),
    ...(entrypoint === undefined ? [] : [`ENTRYPOINT ${JSON.stringify(entrypoint)}`]),
    ...(command === undefined ? [] : [`CMD ${JSON.stringify(command)}`]),
    ...(volumes === undefined || volumes.length === 0 ? [] : [`VOLUME ${JSON.stringify(volumes)}`]),
    ...(workingDirectory === undefined ? [] : [`WORKDIR ${workingDirectory}`]),
    ...Object.entries(labels).map(([name, value]) => `LABEL ${name}=${value}`),
    ...(stopSignal === undefined ? [] : [`STOPSIGNAL ${stopSignal}`]),
  ]
}
