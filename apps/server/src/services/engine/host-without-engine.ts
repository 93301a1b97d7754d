import { arch, cpus, hostname, release, totalmem, uptime, version } from "node:os"
import type { EngineInfo } from "@plimsoll/runtime"

/** What can be said of the host while there is no engine to ask. */
export function hostWithoutEngine(dataDirectory: string): EngineInfo {
  return {
    kind: "embedded",
    status: "unavailable",
    version: "unknown",
    hostname: hostname(),
    kernelVersion: release(),
    operatingSystem: version(),
    architecture: arch(),
    bootedAt: Math.round(Date.now() - uptime() * 1000),
    cpuCount: cpus().length,
    memoryBytes: totalmem(),
    swapBytes: 0,
    dataDirectory,
    cgroupVersion: "none",
    ociRuntimes: [],
    abilities: [],
    enforceableLimits: {},
    features: [],
  }
}
