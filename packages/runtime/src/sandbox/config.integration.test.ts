import { randomBytes } from "node:crypto"
import { existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { parseMounts, readMounts } from "../kernel/mount-table.js"
import { holdNamespace } from "../kernel/process-namespace.js"
import { readRlimitCeiling } from "./config/rlimits.js"
import { probeGroup } from "./probe-groups.js"
import type { CreatedSandbox, SandboxMount, SandboxSpec } from "./sandbox.js"
import { cgroupHierarchies, SandboxFixture } from "./testing/sandbox-fixture.js"

let fixture: SandboxFixture
beforeAll(() => {
  fixture = new SandboxFixture()
})
afterAll(() => fixture.dispose())

const own = { kind: "private" } as const
const host = { kind: "host" } as const

describe.each(["crun", "runc"])("with %s the container has", (ociRuntime) => {
  const lines = async (script: string, change: Partial<SandboxSpec> = {}) =>
    (await fixture.sh(script, { ociRuntime, ...change })).stdout.trimEnd().split("\n")

  test("its hostname, its user and its groups", async () => {
    const change = { hostname: "harbour", uid: 1000, gid: 1000, additionalGids: [7] }
    expect(await lines("hostname; id -u; id -G", change)).toEqual(["harbour", "1000", "1000 7"])
  })

  test("/dev/shm of its size, and a /dev without any disk", async () => {
    // Some runtimes on some hosts link `core` to the (masked) /proc/kcore.
    const script = "df -k /dev/shm | tail -1 | awk '{print $2}'; ls /dev | grep -vx core"
    expect((await lines(script, { shmSizeBytes: 3 * 1024 * 1024 })).join(" ")).toBe(
      "3072 fd full init mqueue null ptmx pts random shm stderr stdin stdout tty urandom zero",
    )
  })

  test("a first process that reaps orphans, unless it wants none", async () => {
    expect(await lines("cat /proc/1/comm; (sleep 0.01 & true); sleep 0.2; grep -l 'State:.Z' /proc/[0-9]*/status | wc -l")).toEqual([
      "init",
      "0",
    ])
    expect(await lines("echo $$", { init: false })).toEqual(["1"])
  })

  test("the ulimits asked for", async () => {
    const ulimits = [
      { name: "nofile", soft: 100, hard: 200 },
      { name: "core", soft: 0, hard: 0 },
    ]
    expect(await lines("ulimit -Sn; ulimit -Hn; ulimit -c", { ulimits })).toEqual(["100", "200", "0"])
    expect(await lines("ulimit -Sn")).toEqual([String(Math.min(65_536, readRlimitCeiling().hard.nofile ?? 0))])
  })

  test("its own sysctls, and the host's are as they were", async () => {
    const sysctls = { "net.ipv4.ip_unprivileged_port_start": "1", "kernel.shm_rmid_forced": "1" }
    expect(await lines("cat /proc/sys/net/ipv4/ip_unprivileged_port_start /proc/sys/kernel/shm_rmid_forced", { sysctls })).toEqual([
      "1",
      "1",
    ])
  })

  test("a read-only root with writable mounts in it", async () => {
    const mounts: SandboxMount[] = [
      { target: "/tmp/deep/er", type: "tmpfs", source: "tmpfs", options: ["nosuid", "nodev", "size=1m"] },
      { target: "/tmp", type: "tmpfs", source: "tmpfs", options: ["nosuid", "nodev", "mode=1777", "size=2m"] },
    ]
    const script = "(echo x > /etc/x) 2>/dev/null || echo refused; echo y > /tmp/y && echo z > /tmp/deep/er/z && cat /tmp/y /tmp/deep/er/z"
    expect(await lines(script, { readOnlyRoot: true, mounts })).toEqual(["refused", "y", "z"])
  })

  test("bind mounts, read-only where it says so, and a program in one counts as there", async () => {
    const source = join(fixture.directory, "bound")
    mkdirSync(source, { recursive: true, mode: 0o777 })
    writeFileSync(join(source, "tool"), "#!/bin/sh\necho tool; (echo x > /opt/tool) 2>/dev/null || echo refused\n", { mode: 0o755 })
    const mounts: SandboxMount[] = [{ target: "/opt", type: "bind", source, options: ["rbind", "ro", "rprivate", "nosuid", "nodev"] }]
    const { stdout } = await fixture.run({ ociRuntime, mounts, arguments: ["tool"], environment: ["PATH=/bin:/opt"] })
    expect(stdout).toBe("tool\nrefused\n")
    rmSync(source, { recursive: true })
  })

  test("the host's network with a user namespace of its own: /sys is there, read-only", async () => {
    const namespaces = { pid: own, mnt: own, net: host, uts: own, ipc: own, cgroup: own, time: own }
    expect(
      await lines("ls -d /sys/class/net/lo; (echo x > /sys/kernel/uevent_helper) 2>/dev/null || echo refused", { namespaces }),
    ).toEqual(["/sys/class/net/lo", "refused"])
  })

  test("and nothing of it is writable that is mounted below it on the host", async () => {
    const namespaces = { pid: own, mnt: own, net: host, uts: own, ipc: own, cgroup: own, time: own }
    const mounts = parseMounts((await fixture.sh("cat /proc/self/mountinfo", { ociRuntime, namespaces })).stdout)
    const below = mounts.filter(({ target }) => target === "/sys" || target.startsWith("/sys/"))
    const hosts = new Set(readMounts().map(({ device }) => device))
    expect(below.length).toBeGreaterThan(1)
    expect(below.filter(({ device, options }) => hosts.has(device) && !options.includes("ro"))).toEqual([])
  })

  test("no user namespace when none is asked for", async () => {
    expect(await lines("cat /proc/self/uid_map | awk '{print $1, $2}'", { idRange: undefined })).toEqual(["0 0"])
  })

  test("everything when it is privileged", async () => {
    const script =
      "grep CapEff /proc/self/status | cut -f2; (echo 0 > /proc/sys/net/ipv4/ip_forward) && echo written; mount -t tmpfs none /tmp && echo mounted"
    const [mask, ...rest] = await lines(script, {
      privileged: true,
      idRange: undefined,
      noNewPrivileges: false,
      seccomp: "unconfined",
      capabilities: ["ALL"],
      namespaces: { pid: own, mnt: own, net: own, uts: own, ipc: own, cgroup: own, time: host },
    })
    expect(BigInt(`0x${mask}`) & (1n << 21n)).not.toBe(0n)
    expect(rest).toEqual(["written", "mounted"])
  })

  // perl is essential in Debian and Ubuntu; its directories are lent read-only.
  test("a filter that denies what acts on the kernel, and sends libc back from clone3 to clone", async () => {
    if (process.arch !== "x64") return
    const mounts = ["/usr", "/lib", "/lib64"].map(
      (path): SandboxMount => ({ target: path, source: path, type: "bind", options: ["rbind", "ro", "nosuid", "nodev"] }),
    )
    const calls = {
      bpf: 321,
      keyctl: 250,
      add_key: 248,
      unshare: 272,
      mount: 165,
      open_by_handle_at: 304,
      perf_event_open: 298,
      userfaultfd: 323,
      io_uring_setup: 425,
      kexec_load: 246,
      setns: 308,
      init_module: 175,
    }
    const ask = (number: number): string => `$! = 0; syscall(${number}, 0, 0, 0, 0, 0); print $! + 0, "\\n";`
    const vsock = `$! = 0; syscall(41, 40, 1, 0); print $! + 0, "\\n";`
    const cloneWithNamespace = `$! = 0; syscall(56, 0x10000000 | 17, 0, 0, 0, 0); print $! + 0, "\\n";`
    const script = [...Object.values(calls).map(ask), ask(435), vsock, cloneWithNamespace, ask(39)].join(" ")
    const { stdout } = await fixture.run({ ociRuntime, mounts, arguments: ["/usr/bin/perl", "-e", script] })
    const answers = stdout.trimEnd().split("\n").map(Number)
    const names = [...Object.keys(calls), "clone3", "socket(AF_VSOCK)", "clone(CLONE_NEWUSER)", "getpid"]
    expect(Object.fromEntries(names.map((name, index) => [name, answers[index]]))).toEqual({
      ...Object.fromEntries(Object.keys(calls).map((name) => [name, 1])),
      clone3: 38,
      "socket(AF_VSOCK)": 1,
      "clone(CLONE_NEWUSER)": 1,
      getpid: 0,
    })
  })

  test("a filter of its caller's", async () => {
    const profileJson = JSON.stringify({
      defaultAction: "SCMP_ACT_ALLOW",
      syscalls: [{ names: ["mkdir", "mkdirat"], action: "SCMP_ACT_ERRNO", errnoRet: 28 }],
    })
    expect(await lines("mkdir /tmp/x 2>&1", { seccomp: { profileJson } })).toEqual([
      "mkdir: can't create directory '/tmp/x': No space left on device",
    ])
  })
})

test("time offsets move the container's clocks", async () => {
  const before = Number((await fixture.sh("cut -d. -f1 /proc/uptime")).stdout)
  const after = Number(
    (await fixture.sh("cut -d. -f1 /proc/uptime", { timeOffsets: { boottimeSeconds: 1_000_000, monotonicSeconds: 500 } })).stdout,
  )
  expect(after - before).toBeGreaterThanOrEqual(1_000_000)
  expect(after - before).toBeLessThan(1_000_600)
})

test("time offsets where the OCI runtime has no time namespace are unsupported, and nothing is made", async () => {
  await expect(fixture.sh("true", { ociRuntime: "runc", timeOffsets: { boottimeSeconds: 1 } })).rejects.toMatchObject({
    code: "unsupported",
  })
  expect(await fixture.driver.list()).toEqual([])
})

test("a ulimit above what this process may give is limit_unsupported with the highest that can be had", async () => {
  const { hard, mayRaise } = readRlimitCeiling()
  if (mayRaise) return
  const own = hard.nofile ?? 0
  const attempt = fixture.sh("true", { ulimits: [{ name: "nofile", soft: 1, hard: own + 1 }] })
  await expect(attempt).rejects.toMatchObject({ code: "limit_unsupported", facts: { highest: own } })
})

test("an unknown OCI runtime is invalid_argument, one that is not installed tool_missing", async () => {
  await expect(fixture.sh("true", { ociRuntime: "../../bin/sh" })).rejects.toMatchObject({ code: "invalid_argument" })
  await expect(fixture.sh("true", { ociRuntime: "kata-runtime" })).rejects.toMatchObject({ code: "tool_missing" })
})

describe.each(["crun", "runc"])("a pod with %s", (ociRuntime) => {
  test("a second container in the first one's namespaces sees its processes", async () => {
    const first = await fixture.start({ ociRuntime, arguments: ["/bin/sleep", "77777"] })
    using pod = hold(first, ["pid", "net", "uts", "ipc", "user"])
    const { stdout } = await fixture.sh("ps | grep -c '[s]leep 77777'", {
      ociRuntime,
      init: false,
      userNamespacePath: pod.path("user"),
      namespaces: {
        pid: pod.mode("pid"),
        mnt: own,
        net: pod.mode("net"),
        uts: pod.mode("uts"),
        ipc: pod.mode("ipc"),
        cgroup: own,
        time: own,
      },
    })
    expect(Number(stdout)).toBeGreaterThanOrEqual(1)
    await fixture.remove(first.id)
  })

  test("joins what was held, whoever has the first one's pid by then", async () => {
    const first = await fixture.start({ ociRuntime, arguments: ["/bin/sleep", "77777"], hostname: "gone" })
    using pod = hold(first, ["net", "uts", "ipc", "user"])
    const held = ["net", "uts", "ipc"].map((kind) => readlinkSync(pod.path(kind)))
    await fixture.remove(first.id)
    const { stdout } = await fixture.sh("hostname; for kind in net uts ipc; do readlink /proc/self/ns/$kind; done", {
      ociRuntime,
      userNamespacePath: pod.path("user"),
      namespaces: { pid: own, mnt: own, net: pod.mode("net"), uts: pod.mode("uts"), ipc: pod.mode("ipc"), cgroup: own, time: own },
    })
    expect(stdout.trim().split("\n")).toEqual(["gone", ...held])
  })
})

/** Namespaces of a container, as a pod's other members join them. */
function hold(sandbox: CreatedSandbox, kinds: readonly string[]) {
  const held = new Map(kinds.map((kind) => [kind, holdNamespace({ pid: sandbox.pid, startTicks: sandbox.pidStartTicks }, kind)]))
  const path = (kind: string): string => held.get(kind)?.path ?? ""
  return {
    path,
    mode: (kind: string) => ({ kind: "path", path: path(kind) }) as const,
    [Symbol.dispose]: () => {
      for (const namespace of held.values()) namespace?.close()
    },
  }
}

test("the probe runs each installed OCI runtime for real, and leaves nothing", async () => {
  const found = await fixture.driver.probeRuntimes()
  expect(found.map(({ name, works }) => ({ name, works }))).toEqual([
    { name: "crun", works: true },
    { name: "runc", works: true },
  ])
  expect(found[0]?.version).toMatch(/^\d+\.\d+/)
  expect(await fixture.driver.list()).toEqual([])
  expect(readdirSync(fixture.runDirectory).filter((name) => name.startsWith("probe-"))).toEqual([])
})

test("what a probe left that was cut off is removed by the next one, its cgroup too", async () => {
  const id = `probe-${randomBytes(16).toString("hex")}`
  await fixture.driver.create(fixture.spec({ id, cgroupPath: probeGroup(id), idRange: undefined }))
  const groups = cgroupHierarchies().map((hierarchy) => join(hierarchy, probeGroup(id)))
  expect(groups.some((group) => existsSync(group))).toBe(true)
  rmSync(join(fixture.runDirectory, "oci/crun", id, "status"))
  process.kill(Number(readFileSync(join(fixture.runDirectory, "bundles", id, "pid"), "utf8")), "SIGKILL")
  const directory = join(fixture.runDirectory, id)
  mkdirSync(directory)
  await fixture.driver.probeRuntimes()
  expect(groups.filter((group) => existsSync(group))).toEqual([])
  expect(existsSync(directory)).toBe(false)
  expect(await fixture.driver.list()).toEqual([])
})
