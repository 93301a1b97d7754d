import { describe, expect, test } from "vitest"
import { capabilityNames, defaultCapabilities } from "../../spec/capabilities.js"
import type { SandboxSpec } from "../sandbox.js"
import { capabilitiesOfMask, ociCapabilities } from "./capabilities.js"
import { type ConfigHost, ociConfig } from "./oci-config.js"
import { planTime, type TimeNamespaceSupport } from "./time-offsets.js"

const own = { kind: "private" } as const
const idRange = { uidBase: 100_000, gidBase: 200_000, size: 65_536 }
const spec: SandboxSpec = {
  id: "a".repeat(64),
  hostname: "box",
  arguments: ["/bin/app", "--flag"],
  environment: ["PATH=/bin"],
  workingDirectory: "/srv",
  uid: 10,
  gid: 20,
  additionalGids: [30],
  terminal: false,
  openStdin: false,
  init: true,
  readOnlyRoot: true,
  privileged: false,
  capabilities: [...defaultCapabilities],
  seccomp: "default",
  noNewPrivileges: true,
  ulimits: [],
  sysctls: {},
  mounts: [],
  shmSizeBytes: 1000,
  idRange,
  namespaces: { pid: own, mnt: own, net: own, uts: own, ipc: own, cgroup: own, time: own },
  cgroupPath: "/plimsoll/acme/box",
  rootfs: "/run/rootfs",
  ociRuntime: "crun",
  logPath: "/log",
}
const host: ConfigHost = {
  initBinary: "/usr/bin/catatonit",
  rlimitCeiling: { hard: { nofile: 1024 }, mayRaise: false },
  ownCapabilities: capabilityNames.filter((name) => name !== "CAP_SYS_RESOURCE"),
  timePlan: "new",
}

describe("the OCI configuration", () => {
  test("is one that old runtimes take, with the cgroup's path and no limit but devices", () => {
    const config = ociConfig(spec, host)
    expect(config.ociVersion).toBe("1.0.2")
    expect(config.linux.cgroupsPath).toBe("/plimsoll/acme/box")
    expect(Object.keys(config.linux.resources)).toEqual(["devices"])
    expect(config.linux.resources.devices[0]).toEqual({ allow: false, access: "rwm" })
  })

  test("runs the arguments below a read-only init", () => {
    const config = ociConfig(spec, host)
    expect(config.process.args).toEqual(["/dev/init", "--", "/bin/app", "--flag"])
    expect(config.mounts).toContainEqual({
      destination: "/dev/init",
      type: "bind",
      source: "/usr/bin/catatonit",
      options: ["bind", "ro", "nosuid", "nodev"],
    })
    expect(ociConfig({ ...spec, init: false }, host).process.args).toEqual(spec.arguments)
    expect(() => ociConfig(spec, { ...host, initBinary: undefined })).toThrow(expect.objectContaining({ code: "tool_missing" }))
  })

  test("makes the namespaces that are private, joins by path, leaves out the host's", () => {
    const namespaces = { ...spec.namespaces, net: { kind: "path", path: "/proc/7/ns/net" }, ipc: { kind: "host" } } as const
    expect(ociConfig({ ...spec, namespaces }, host).linux.namespaces).toEqual([
      { type: "pid" },
      { type: "network", path: "/proc/7/ns/net" },
      { type: "mount" },
      { type: "uts" },
      { type: "cgroup" },
      { type: "time" },
      { type: "user" },
    ])
  })

  test("maps the range, unless the user namespace is joined or the host's", () => {
    expect(ociConfig(spec, host).linux).toMatchObject({
      uidMappings: [{ containerID: 0, hostID: 100_000, size: 65_536 }],
      gidMappings: [{ containerID: 0, hostID: 200_000, size: 65_536 }],
    })
    const joined = ociConfig({ ...spec, userNamespacePath: "/proc/7/ns/user" }, host).linux
    expect(joined.uidMappings).toBeUndefined()
    expect(joined.namespaces).toContainEqual({ type: "user", path: "/proc/7/ns/user" })
    const hosts = ociConfig({ ...spec, idRange: undefined }, host).linux
    expect(hosts.uidMappings).toBeUndefined()
    expect(hosts.namespaces).not.toContainEqual({ type: "user" })
  })

  test("the caller's mounts come by depth after the kernel's, and replace those at the same place", () => {
    const mount = (target: string) => ({ target, type: "tmpfs", source: "tmpfs", options: [] })
    const { mounts } = ociConfig({ ...spec, mounts: [mount("/a/b/c"), mount("/a"), mount("/dev/shm")] }, host)
    const order = mounts.map(({ destination }) => destination)
    expect(order.slice(-3)).toEqual(["/a", "/dev/shm", "/a/b/c"])
    expect(order.filter((destination) => destination === "/dev/shm").length).toBe(1)
    expect(order[0]).toBe("/proc")
  })

  test("a hostname is set in a name space of its own only", () => {
    expect(ociConfig({ ...spec, domainname: "lan" }, host)).toMatchObject({ hostname: "box", domainname: "lan" })
    const shared = ociConfig({ ...spec, namespaces: { ...spec.namespaces, uts: { kind: "host" } } }, host)
    expect(shared.hostname).toBeUndefined()
  })

  test("privileged: no masks, no filter, every device", () => {
    const { linux } = ociConfig({ ...spec, privileged: true, idRange: undefined, capabilities: ["ALL"] }, host)
    expect(linux).toMatchObject({ maskedPaths: [], readonlyPaths: [], resources: { devices: [{ allow: true, access: "rwm" }] } })
    expect(linux.seccomp).toBeUndefined()
  })
})

describe("capabilities", () => {
  const request = { names: ["CAP_SYS_RESOURCE", "chown"], privileged: false, userNamespace: false, own: host.ownCapabilities }

  test("nothing is inheritable or ambient", () => {
    const sets = ociCapabilities({ ...request, userNamespace: true })
    expect(sets).toMatchObject({ bounding: ["CAP_SYS_RESOURCE", "CAP_CHOWN"], inheritable: [], ambient: [] })
  })

  test("one that this process lacks is refused outside of a user namespace, and left out of all of them", () => {
    expect(() => ociCapabilities(request)).toThrow(expect.objectContaining({ code: "unsupported" }))
    expect(ociCapabilities({ ...request, names: ["ALL"] }).bounding).toEqual(host.ownCapabilities)
  })

  test("are read from a mask", () => {
    expect(capabilitiesOfMask("0000000000000021")).toEqual(["CAP_CHOWN", "CAP_KILL"])
    expect(capabilitiesOfMask("0")).toEqual([])
  })
})

describe("the time namespace", () => {
  const offsets = { boottimeSeconds: 5 }
  const joinedPid = { ...spec.namespaces, pid: { kind: "path", path: "/proc/7/ns/pid" } } as const
  const cases: [string, Partial<SandboxSpec>, TimeNamespaceSupport, string][] = [
    ["without offsets is made where the runtime can", {}, "always", "new"],
    ["without offsets is the host's where it cannot", {}, "never", "host"],
    [
      "without offsets is the host's without a user namespace, where the runtime needs one",
      { idRange: undefined },
      "with-user-namespace",
      "host",
    ],
    ["without offsets is the host's beside a joined pid namespace", { namespaces: joinedPid }, "always", "host"],
    ["with offsets of zero is as without", { timeOffsets: { monotonicSeconds: 0 } }, "never", "host"],
    ["with offsets in a user namespace of crun's is prepared", { timeOffsets: offsets }, "with-user-namespace", "prepared"],
    ["with offsets of another runtime's is its own", { timeOffsets: offsets, ociRuntime: "runc" }, "always", "new-with-offsets"],
  ]
  test.each(cases)("%s", (_, change, support, plan) => expect(planTime({ ...spec, ...change }, support)).toBe(plan))

  test("with offsets where it cannot be had is unsupported", () => {
    expect(() => planTime({ ...spec, timeOffsets: offsets }, "never")).toThrow(expect.objectContaining({ code: "unsupported" }))
    expect(() => planTime({ ...spec, timeOffsets: offsets, namespaces: joinedPid }, "always")).toThrow(
      expect.objectContaining({ code: "unsupported" }),
    )
  })
})
