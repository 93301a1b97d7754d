import { describe, expect, it } from "vitest"
import { isEngineError } from "../errors.js"
import type { ContainerSpec } from "./container-spec.js"
import { validateContainerSpec } from "./validate-container-spec.js"

const base: ContainerSpec = { image: "busybox" }
const validate = (change: Record<string, unknown>): void => validateContainerSpec({ ...base, ...change } as ContainerSpec)

describe("validateContainerSpec", () => {
  it("accepts a full specification", () => {
    validate({
      name: "web-1",
      tenant: "acme",
      command: ["sh", "-c", "echo hi"],
      environment: ["A=b", "EMPTY="],
      workingDirectory: "/srv",
      user: "www:www",
      hostname: "web",
      labels: { "com.example/role": "web" },
      mounts: [
        { kind: "volume", volume: "data", target: "/data" },
        { kind: "tmpfs", target: "/tmp", sizeBytes: 65_536 },
      ],
      ports: [{ containerPort: 80, protocol: "tcp", hostPort: 8080 }],
      dns: ["127.0.0.53"],
      extraHosts: { db: "10.0.0.1", host: "host-gateway" },
      restartPolicy: { kind: "on-failure", maximumRetries: 3 },
      healthCheck: { command: ["true"], intervalMs: 1000, timeoutMs: 1000, startPeriodMs: 0, retries: 3 },
      stopSignal: "SIGRTMIN+3",
      capabilitiesDrop: ["ALL"],
      capabilitiesAdd: ["net_bind_service"],
      ulimits: [{ name: "nofile", soft: 10, hard: 20 }],
      sysctls: { "net.ipv4.ip_unprivileged_port_start": "0" },
      timeOffsets: { monotonicSeconds: 5 },
      log: { maxBytes: 65_536, maxFiles: 2 },
    })
  })

  const rejected: [string, Record<string, unknown>][] = [
    ["a name that looks like an option", { name: "--privileged" }],
    ["a name with shell syntax", { name: "a;reboot" }],
    ["a name with a substitution", { name: "$(id)" }],
    ["a name with a newline", { name: "a\nb" }],
    ["a name ending in a newline", { name: "a\n" }],
    ["a name with NUL", { name: "a\0b" }],
    ["a name of 64 KB", { name: "a".repeat(65_536) }],
    ["a tenant that climbs", { tenant: "../x" }],
    ["a tenant in capitals", { tenant: "ACME" }],
    ["an unknown field", { cgroupParent: "/" }],
    ["a field of the prototype", { constructor: "x" }],
    ["an argument with NUL", { command: ["a\0b"] }],
    ["an environment entry without a name", { environment: ["=x"] }],
    ["a relative working directory", { workingDirectory: "srv" }],
    ["a working directory in /proc", { workingDirectory: "/proc/self/fd/8" }],
    ["a working directory in //proc", { workingDirectory: "//proc/self" }],
    ["a working directory that climbs", { workingDirectory: "/srv/../proc" }],
    ["a mount over the root", { mounts: [{ kind: "tmpfs", target: "/" }] }],
    ["a mount over the root, written long", { mounts: [{ kind: "tmpfs", target: "///" }] }],
    ["a mount in /proc", { mounts: [{ kind: "tmpfs", target: "/proc/sys" }] }],
    [
      "two mounts on one target",
      {
        mounts: [
          { kind: "tmpfs", target: "/a" },
          { kind: "tmpfs", target: "/a/" },
        ],
      },
    ],
    ["a volume name that is a path", { mounts: [{ kind: "volume", volume: "../etc", target: "/a" }] }],
    ["a sysctl of the host", { sysctls: { "kernel.core_pattern": "|/x" } }],
    ["a sysctl that climbs", { sysctls: { "net..": "1" } }],
    ["a sysctl value of two lines", { sysctls: { "net.ipv4.ip_forward": "1\n0" } }],
    ["an unknown ulimit", { ulimits: [{ name: "files", soft: 1, hard: 1 }] }],
    ["a soft ulimit above the hard one", { ulimits: [{ name: "nofile", soft: 2, hard: 1 }] }],
    ["port 0", { ports: [{ containerPort: 0, protocol: "tcp" }] }],
    [
      "a port twice",
      {
        ports: [
          { containerPort: 1, protocol: "tcp", hostPort: 80 },
          { containerPort: 2, protocol: "tcp", hostPort: 80 },
        ],
      },
    ],
    ["ports without a network", { network: { kind: "none" }, ports: [{ containerPort: 1, protocol: "tcp" }] }],
    ["an unknown capability", { capabilitiesAdd: ["SYS_EVERYTHING"] }],
    ["an unknown signal", { stopSignal: "SIGNOTHING" }],
    ["a seccomp profile that is no JSON", { seccomp: { profileJson: "{" } }],
    ["a seccomp profile without action", { seccomp: { profileJson: "{}" } }],
    ["autoRemove with a restart policy", { autoRemove: true, restartPolicy: { kind: "always" } }],
    ["a hostname with a newline", { hostname: "a\n127.0.0.1 b" }],
    ["an extra host with a newline", { extraHosts: { "a\nb": "127.0.0.1" } }],
    ["an extra host that is no address", { extraHosts: { a: "b" } }],
    ["a DNS server that is no address", { dns: ["resolver"] }],
    ["a specification above 1 MiB", { environment: Array.from({ length: 20 }, (_, index) => `V${index}=${"x".repeat(60_000)}`) }],
    ["a runtime that is a path", { ociRuntime: "/bin/sh" }],
    ["text where a number belongs", { stopTimeoutMs: "10" }],
    ["a list where an object belongs", { labels: [] }],
  ]
  it.each(rejected)("refuses %s", (_, change) => {
    expect(() => validate(change)).toThrow(expect.objectContaining({ code: "invalid_argument" }))
  })

  const operatorOnly: [string, Record<string, unknown>][] = [
    ["privileged", { privileged: true }],
    ["network", { network: { kind: "host" } }],
    ["userNamespace", { userNamespace: { kind: "host" } }],
    ["pidNamespace", { pidNamespace: { kind: "host" } }],
    ["ipcNamespace", { ipcNamespace: { kind: "host" } }],
    ["utsNamespace", { utsNamespace: { kind: "host" } }],
    ["mounts", { mounts: [{ kind: "bind", source: "/etc", target: "/etc" }] }],
    ["seccomp", { seccomp: "unconfined" }],
    ["noNewPrivileges", { noNewPrivileges: false }],
    ["capabilitiesAdd", { capabilitiesAdd: ["SYS_ADMIN"] }],
    ["ulimits", { ulimits: [{ name: "rtprio", soft: 0, hard: 1 }] }],
  ]
  it.each(operatorOnly)("refuses %s to a tenant, and allows it to the operator", (field, change) => {
    expect(() => validate({ ...change, tenant: "acme" })).toThrow(expect.objectContaining({ code: "permission_denied", facts: { field } }))
    validate(change)
  })

  it("does not repeat a long or hostile value whole", () => {
    try {
      validate({ name: `a\u001b[31m${"x".repeat(200)}` })
      expect.unreachable()
    } catch (error) {
      if (!isEngineError(error)) throw error
      expect(error.publicMessage.length).toBeLessThan(300)
      expect(error.publicMessage).not.toContain("\u001b")
    }
  })

  it("answers hostile text of 100 KB at once", () => {
    const started = performance.now()
    for (const text of ["a-".repeat(50_000), ".".repeat(100_000), "a.".repeat(50_000)]) {
      for (const field of ["name", "tenant", "hostname", "user"]) expect(() => validate({ [field]: text })).toThrow()
      expect(() => validate({ extraHosts: { [text]: "127.0.0.1" } })).toThrow()
      expect(() => validate({ sysctls: { [`net.${text}`]: "\n" } })).toThrow()
    }
    expect(performance.now() - started).toBeLessThan(200)
  })
})
