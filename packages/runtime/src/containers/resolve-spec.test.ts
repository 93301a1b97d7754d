import { describe, expect, it } from "vitest"
import type { ImageConfig } from "../engine.js"
import type { ContainerSpec } from "../spec/container-spec.js"
import { mergeEnvironment, resolveSpec } from "./resolve-spec.js"

const config: ImageConfig = {
  user: "www",
  exposedPorts: [],
  environment: ["PATH=/opt/bin", "A=1"],
  entrypoint: ["/entry"],
  command: ["serve"],
  volumes: ["/data"],
  workingDirectory: "/srv",
  labels: {},
}
const id = "0123456789abcdef".repeat(4)
const resolve = (spec: Partial<ContainerSpec>, change: Partial<ImageConfig> = {}) =>
  resolveSpec({
    id,
    spec: { image: "x", ...spec },
    image: { id: "sha256:1", reference: "x", config: { ...config, ...change }, diffIds: [], architecture: "amd64", os: "linux" },
    ociRuntime: "crun",
  })

describe("resolveSpec", () => {
  it("takes the image's settings where the caller is silent", () => {
    expect(resolve({})).toMatchObject({
      entrypoint: ["/entry"],
      command: ["serve"],
      user: "www",
      workingDirectory: "/srv",
      stopSignal: "SIGTERM",
      stopTimeoutMs: 10_000,
      init: true,
      network: { kind: "network", network: "bridge" },
    })
    expect(resolve({}).environment).toEqual(["PATH=/opt/bin", "HOSTNAME=0123456789ab", "A=1"])
  })

  it("a replaced entrypoint drops the image's command, a replaced command keeps the entrypoint", () => {
    expect(resolve({ entrypoint: ["/bin/sh"] })).toMatchObject({ entrypoint: ["/bin/sh"], command: [] })
    expect(resolve({ command: ["other"] })).toMatchObject({ entrypoint: ["/entry"], command: ["other"] })
    expect(resolve({ entrypoint: [], command: ["/bin/true"] })).toMatchObject({ entrypoint: [], command: ["/bin/true"] })
  })

  it("refuses to guess what to run", () => {
    expect(() => resolve({ entrypoint: [], command: [] })).toThrow(expect.objectContaining({ code: "invalid_argument" }))
  })

  it("refuses an image whose working directory is in /proc", () => {
    expect(() => resolve({}, { workingDirectory: "/proc/self/fd/7" })).toThrow(expect.objectContaining({ code: "invalid_argument" }))
  })

  it("makes an anonymous volume for what the image declares, unless something is mounted there", () => {
    expect(resolve({}).mounts).toEqual([{ kind: "volume", volume: `${id.slice(0, 32)}-0`, target: "/data" }])
    expect(resolve({ mounts: [{ kind: "tmpfs", target: "/data/" }] }).mounts).toEqual([{ kind: "tmpfs", target: "/data/" }])
    expect(resolve({}, { volumes: ["/../etc", "relative", "/"] }).mounts).toEqual([])
  })

  it("null switches the image's health check off", () => {
    const healthCheck = { command: ["true"], intervalMs: 1000, timeoutMs: 1000, startPeriodMs: 0, retries: 1 }
    expect(resolve({}, { healthCheck }).healthCheck).toEqual(healthCheck)
    expect(resolve({ healthCheck: null }, { healthCheck }).healthCheck).toBeNull()
  })
})

describe("mergeEnvironment", () => {
  it("lets later entries win and keeps the first one's place", () => {
    expect(mergeEnvironment(["A=1", "B=2"], ["A=3", "C=4=5"], ["noname", "=x"])).toEqual(["A=3", "B=2", "C=4=5"])
  })
})
