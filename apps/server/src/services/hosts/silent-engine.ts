import type { EngineInfo } from "@plimsoll/runtime"

/** What can be said of a Docker Engine that never answered. */
export const silentEngine: EngineInfo = {
  kind: "docker",
  status: "unavailable",
  version: "",
  hostname: "",
  kernelVersion: "",
  operatingSystem: "",
  architecture: "",
  bootedAt: 0,
  cpuCount: 0,
  memoryBytes: 0,
  swapBytes: 0,
  dataDirectory: "",
  cgroupVersion: "none",
  ociRuntimes: [],
  abilities: [],
  enforceableLimits: {},
  features: [],
}
