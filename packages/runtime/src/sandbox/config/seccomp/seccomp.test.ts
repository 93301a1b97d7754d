import { describe, expect, test } from "vitest"
import { defaultCapabilities } from "../../../spec/capabilities.js"
import type { OciSeccomp } from "../oci-types.js"
import { allowedSyscalls, allowedSyscallsByArchitecture, syscallsByCapability } from "./allowed-syscalls.js"
import { defaultSeccompProfile } from "./default-profile.js"
import { parseSeccompProfile } from "./parse-profile.js"
import { ociSeccomp } from "./seccomp.js"

const profile = (capabilities: readonly string[], architecture = "x64"): OciSeccomp => defaultSeccompProfile({ capabilities, architecture })
const allowed = ({ syscalls }: OciSeccomp): string[] =>
  syscalls.filter(({ action, args }) => action === "SCMP_ACT_ALLOW" && args === undefined).flatMap(({ names }) => names)

describe("the default profile", () => {
  test("denies with EPERM what is not listed", () => {
    expect(profile(defaultCapabilities)).toMatchObject({ defaultAction: "SCMP_ACT_ERRNO", defaultErrnoRet: 1 })
  })

  test("names no call twice, and none that a capability guards", () => {
    expect(new Set(allowedSyscalls).size).toBe(allowedSyscalls.length)
    // Every container may change its root and its processes' priorities where its capabilities let it.
    expect(
      Object.values(syscallsByCapability)
        .flat()
        .filter((name) => allowedSyscalls.includes(name)),
    ).toEqual([])
  })

  test.each([
    "bpf",
    "keyctl",
    "add_key",
    "request_key",
    "unshare",
    "setns",
    "mount",
    "umount2",
    "open_by_handle_at",
    "clone",
    "clone3",
    "kexec_load",
    "init_module",
    "reboot",
    "swapon",
    "io_uring_setup",
    "userfaultfd",
    "perf_event_open",
  ])("does not allow %s with the default capabilities", (name) => expect(allowed(profile(defaultCapabilities))).not.toContain(name))

  test("clone is allowed without namespace flags only, clone3 does not exist", () => {
    const rules = profile(defaultCapabilities).syscalls
    expect(rules).toContainEqual({
      names: ["clone"],
      action: "SCMP_ACT_ALLOW",
      args: [{ index: 0, value: 0x7e020000, valueTwo: 0, op: "SCMP_CMP_MASKED_EQ" }],
    })
    expect(rules).toContainEqual({ names: ["clone3"], action: "SCMP_ACT_ERRNO", errnoRet: 38 })
  })

  test("on s390x the flags of clone are its second argument", () => {
    expect(profile([], "s390x").syscalls.find(({ names }) => names[0] === "clone")?.args?.[0]?.index).toBe(1)
  })

  test.each(Object.entries(syscallsByCapability))("%s opens its calls", (capability, names) => {
    expect(allowed(profile([capability]))).toEqual(expect.arrayContaining([...names]))
  })

  test("SYS_ADMIN lifts the rules for clone and clone3", () => {
    expect(
      profile(["CAP_SYS_ADMIN"])
        .syscalls.filter(({ names, args }) => names.includes("clone3") && args === undefined)
        .map(({ action }) => action),
    ).toEqual(["SCMP_ACT_ALLOW"])
  })

  test.each(["x64", "arm64", "riscv64", "s390x", "ppc64"])("knows the architecture %s", (architecture) => {
    expect(profile([], architecture).architectures?.length).toBeGreaterThan(0)
    expect(allowed(profile([], architecture))).toEqual(expect.arrayContaining([...(allowedSyscallsByArchitecture[architecture] ?? [])]))
  })
})

test("privileged and unconfined containers have no filter, unless they bring one", () => {
  expect(ociSeccomp({ seccomp: "default", privileged: true, capabilities: [] })).toBeUndefined()
  expect(ociSeccomp({ seccomp: "unconfined", privileged: false, capabilities: [] })).toBeUndefined()
  expect(ociSeccomp({ seccomp: { profileJson: '{"defaultAction":"SCMP_ACT_ALLOW"}' }, privileged: true, capabilities: [] })).toMatchObject({
    defaultAction: "SCMP_ACT_ALLOW",
  })
})

describe("a profile in Docker's form", () => {
  const host = { capabilities: ["CAP_SYS_TIME"], architecture: "x64", kernelVersion: "6.1.0-40-amd64" }
  const parse = (value: object) => parseSeccompProfile(JSON.stringify({ defaultAction: "SCMP_ACT_ERRNO", ...value }), host)
  const rule = (more: object = {}) => ({ names: ["read"], action: "SCMP_ACT_ALLOW", ...more })

  test("its architecture map gives this machine's with its sub-architectures", () => {
    const archMap = [
      { architecture: "SCMP_ARCH_X86_64", subArchitectures: ["SCMP_ARCH_X86", "SCMP_ARCH_X32"] },
      { architecture: "SCMP_ARCH_AARCH64", subArchitectures: ["SCMP_ARCH_ARM"] },
    ]
    expect(parse({ archMap }).architectures).toEqual(["SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"])
  })

  test.each([
    ["a capability it has", { includes: { caps: ["CAP_SYS_TIME"] } }, 1],
    ["a capability it lacks", { includes: { caps: ["CAP_SYS_ADMIN"] } }, 0],
    ["not a capability it has", { excludes: { caps: ["CAP_SYS_TIME"] } }, 0],
    ["this architecture", { includes: { arches: ["amd64"] } }, 1],
    ["another architecture", { includes: { arches: ["arm64"] } }, 0],
    ["a kernel that is old enough", { includes: { minKernel: "4.8" } }, 1],
    ["a kernel that is to come", { includes: { minKernel: "6.2" } }, 0],
    ["no condition", { includes: {}, excludes: {} }, 1],
  ])("a rule for %s", (_, condition, count) => expect(parse({ syscalls: [rule(condition)] }).syscalls.length).toBe(count))

  test.each([
    ["no JSON", "{"],
    ["a list", "[]"],
    ["no default action", "{}"],
    ["an unknown action", '{"defaultAction":"ALLOW"}'],
    ["a notify action, for which nobody listens", '{"defaultAction":"SCMP_ACT_NOTIFY"}'],
    ["names that are none", '{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["re ad"],"action":"SCMP_ACT_ALLOW"}]}'],
    ["no names", '{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":[],"action":"SCMP_ACT_ALLOW"}]}'],
    [
      "a seventh argument",
      '{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["a"],"action":"SCMP_ACT_ALLOW","args":[{"index":6,"value":0,"op":"SCMP_CMP_EQ"}]}]}',
    ],
    [
      "an unknown comparison",
      '{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["a"],"action":"SCMP_ACT_ALLOW","args":[{"index":0,"value":0,"op":"=="}]}]}',
    ],
    ["too many rules", `{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[${Array(5000).fill("{}").join(",")}]}`],
  ])("%s is invalid_argument", (_, text) => {
    expect(() => parseSeccompProfile(text, host)).toThrow(expect.objectContaining({ code: "invalid_argument" }))
  })
})
