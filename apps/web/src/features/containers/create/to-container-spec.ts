import type { ContainerSpec, MountSpec, ResourceLimits, RestartPolicy } from "@plimsoll/server/contract"
import { type ContainerForm, decimal, nonEmptyLines, splitList } from "./container-form"
import { parseBytes } from "./parse-bytes"
import { parsePort } from "./parse-port"
import { splitCommandLine } from "./split-command-line"

/** A valid form as the request that the server takes; what was left empty is absent, so that the image's and the engine's defaults hold. */
export function toContainerSpec(form: ContainerForm): ContainerSpec {
  const limits = toLimits(form)
  const entrypoint = argumentsOf(form.entrypoint)
  const command = argumentsOf(form.command)
  const environment = nonEmptyLines(form.environment)
  const labels = nonEmptyLines(form.labels).map(toPair)
  const ports = splitList(form.ports)
    .map(parsePort)
    .filter((port) => port !== undefined)
  const mounts = nonEmptyLines(form.mounts).map(toMount)
  const disk = parseBytes(form.disk)
  return {
    image: form.image.trim(),
    ...(form.name && { name: form.name }),
    ...(form.tenant && { tenant: form.tenant }),
    ...(entrypoint.length > 0 && { entrypoint }),
    ...(command.length > 0 && { command }),
    ...(environment.length > 0 && { environment }),
    ...(labels.length > 0 && { labels: Object.fromEntries(labels) }),
    ...(ports.length > 0 && form.network === "bridge" && { ports }),
    ...(mounts.length > 0 && { mounts }),
    ...(Object.keys(limits).length > 0 && { limits }),
    ...(disk !== undefined && { diskBytes: disk }),
    ...(form.user && { user: form.user }),
    ...(form.workingDirectory && { workingDirectory: form.workingDirectory }),
    ...(form.hostname && { hostname: form.hostname }),
    ...(form.network === "none" && { network: { kind: "none" } }),
    ...(form.restart !== "no" && { restartPolicy: toRestartPolicy(form) }),
    ...(form.terminal && { terminal: true }),
    ...(form.openStdin && { openStdin: true }),
    ...(form.readOnlyRoot && { readOnlyRoot: true }),
    ...(!form.init && { init: false }),
    ...(form.autoRemove && { autoRemove: true }),
  }
}

function toLimits(form: ContainerForm): ResourceLimits {
  const memory = parseBytes(form.memory)
  const swap = parseBytes(form.swap)
  return {
    ...(memory !== undefined && { memoryMaxBytes: memory }),
    ...(swap !== undefined && { swapMaxBytes: swap }),
    ...(form.cpus.trim() && { cpuMaxCores: decimal(form.cpus) }),
    ...(form.cpuWeight.trim() && { cpuWeight: Number(form.cpuWeight) }),
    ...(form.pids.trim() && { pidsMax: Number(form.pids) }),
  }
}

function toRestartPolicy(form: ContainerForm): RestartPolicy {
  return form.restart === "on-failure" ? { kind: "on-failure", maximumRetries: Number(form.retries) } : { kind: form.restart }
}

function argumentsOf(text: string): string[] {
  const split = splitCommandLine(text)
  return "arguments" in split ? split.arguments : []
}

function toPair(line: string): [string, string] {
  const equals = line.indexOf("=")
  return equals < 0 ? [line, ""] : [line.slice(0, equals), line.slice(equals + 1)]
}

function toMount(line: string): MountSpec {
  const [volume = "", target = "", mode] = line.split(":")
  return { kind: "volume", volume, target, ...(mode === "ro" && { readOnly: true }) }
}
