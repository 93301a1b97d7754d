import { spawnSync } from "node:child_process"
import { createHash } from "node:crypto"
import { chmodSync, existsSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { interruptProgram, syscallProgram } from "../conformance/syscall-program.js"
import type { ExecSpec } from "../engine.js"
import { makeNode } from "../kernel/file-calls.js"
import { findTool } from "../kernel/find-tool.js"
import { readProcessStat, readProcessStatus } from "../kernel/process-stat.js"
import { defaultCapabilities } from "../spec/capabilities.js"
import { allowedSyscalls } from "./config/seccomp/allowed-syscalls.js"
import type { CreatedSandbox, SandboxSpec } from "./sandbox.js"
import { collect, SandboxFixture, testRange, until } from "./testing/sandbox-fixture.js"

let fixture: SandboxFixture
beforeAll(() => {
  fixture = new SandboxFixture()
})
afterAll(() => fixture.dispose())

async function execIn(sandbox: SandboxSpec & CreatedSandbox, spec: ExecSpec, workingDirectory = "/") {
  const session = await fixture.driver.exec({
    id: sandbox.id,
    execId: `e${Math.random()}`,
    spec,
    uid: 0,
    gid: 0,
    additionalGids: [],
    environment: ["PATH=/bin"],
    workingDirectory,
    capabilities: [...defaultCapabilities],
  })
  const [stdout, stderr, { exitCode }] = await Promise.all([
    collect(session.stdout),
    session.stderr === undefined ? "" : collect(session.stderr),
    session.exited,
  ])
  return { stdout, stderr, exitCode }
}

// The OCI runtimes that the engine may choose here: each must hold.
describe.each(["crun", "runc"])("with %s", (ociRuntime) => {
  const sh = (script: string, change: Partial<SandboxSpec> = {}) => fixture.sh(script, { ociRuntime, ...change })
  const sleeper = () => fixture.start({ ociRuntime, arguments: ["/bin/sleep", "1000"] })

  describe("leaked descriptors (CVE-2024-21626)", () => {
    test.each([true, false])("only 0, 1 and 2 are open in the process (init %s)", async (init) => {
      // `true` keeps the shell from becoming `ls`, which opens the directory that it reads.
      const { stdout } = await sh("ls /proc/$$/fd; true", { init })
      expect(
        stdout
          .trim()
          .split("\n")
          .filter((fd) => Number(fd) < 10),
      ).toEqual(["0", "1", "2"])
    })

    test("only 0, 1 and 2 are open in an exec", async () => {
      const sandbox = await sleeper()
      const { stdout } = await execIn(sandbox, { command: ["/bin/sh", "-c", "ls /proc/$$/fd; true"] })
      expect(
        stdout
          .trim()
          .split("\n")
          .filter((fd) => Number(fd) < 10),
      ).toEqual(["0", "1", "2"])
      await fixture.remove(sandbox.id)
    })

    test("no /proc/self/fd/N as working directory reaches the host", async () => {
      for (let fd = 3; fd < 16; fd++) {
        const attempt = sh("cat ../../../../../../../../etc/canary; ls ../../../../../../../..", {
          workingDirectory: `/proc/self/fd/${fd}`,
        })
        expect(await reached(attempt)).toBe("nothing of the host")
      }
    })

    test("nor as working directory of an exec", async () => {
      const sandbox = await sleeper()
      for (let fd = 3; fd < 16; fd++) {
        const command = ["/bin/sh", "-c", "ls ../../../../../../../.."]
        expect(await reached(execIn(sandbox, { command }, `/proc/self/fd/${fd}`))).toBe("nothing of the host")
      }
      await fixture.remove(sandbox.id)
    })
  })

  test("an exec sees the container's root, never the host's", async () => {
    const sandbox = await sleeper()
    const { stdout } = await execIn(sandbox, { command: ["/bin/sh", "-c", "cat /etc/canary; readlink /proc/self/root; ls /proc/1/root"] })
    expect(stdout).toContain("inside")
    expect(stdout).not.toContain("var")
    await fixture.remove(sandbox.id)
  })

  test("/proc/self/exe as entrypoint, then written to: the runtime's binary is unchanged (CVE-2019-5736)", async () => {
    const binary = findTool(ociRuntime) ?? ""
    const digest = (): string => createHash("sha256").update(readFileSync(binary)).digest("hex")
    const before = digest()
    writeFileSync(join(fixture.rootfs, "srv/evil"), "#!/proc/self/exe\n", { mode: 0o755 })
    const script = "for pid in /proc/[0-9]*; do (echo overwritten > $pid/exe) 2>/dev/null && echo WROTE $pid; done; exit 0"
    const sandbox = await fixture.start({ ociRuntime, arguments: ["/bin/sh", "-c", `while :; do ${script}; sleep 0.01; done`] })
    const outcome = execIn(sandbox, { command: ["/srv/evil"] }).then(
      (result) => result.exitCode,
      () => "refused",
    )
    expect(await outcome).not.toBe(0)
    await fixture.remove(sandbox.id)
    const direct = fixture.run({ ociRuntime, init: false, arguments: ["/srv/evil"] }).catch(() => ({ stdout: "" }))
    expect((await direct).stdout).not.toContain("WROTE")
    expect(digest()).toBe(before)
  })

  test("capabilities are Docker's defaults less NET_RAW, inheritable and ambient none", async () => {
    const sandbox = await sleeper()
    await untilExecuted(sandbox.pid)
    const status = readProcessStatus(sandbox.pid)
    const report = await fixture.driver.namespaces(sandbox.pid)
    expect([...report.capabilitiesEffective].sort()).toEqual([...defaultCapabilities].sort())
    expect(report.capabilitiesEffective).not.toContain("CAP_NET_RAW")
    expect(status?.get("CapBnd")).toBe(status?.get("CapEff"))
    expect(status?.get("CapInh")).toBe("0000000000000000")
    expect(status?.get("CapAmb")).toBe("0000000000000000")
    expect(report).toMatchObject({ seccomp: "filter", noNewPrivileges: true })
    await fixture.remove(sandbox.id)
  })

  test("a user other than root has no effective capability", async () => {
    const sandbox = await fixture.start({ ociRuntime, arguments: ["/bin/sleep", "1000"], uid: 1000, gid: 1000, init: false })
    await untilExecuted(sandbox.pid)
    expect((await fixture.driver.namespaces(sandbox.pid)).capabilitiesEffective).toEqual([])
    await fixture.remove(sandbox.id)
  })

  test("seccomp denies making namespaces and mounts", async () => {
    // A new user namespace needs no capability: only the filter can refuse it.
    const { stdout } = await sh("unshare -U true 2>&1; unshare -Ur true 2>&1; mount -t tmpfs none /tmp 2>&1")
    expect(stdout.match(/Operation not permitted|permission denied/gi)?.length).toBe(3)
  })

  // Calls of all three kinds that a 64-bit x86 process can make; numbers of unistd_64.h and unistd_32.h.
  test.skipIf(process.arch !== "x64")("system calls that act on the kernel are refused, also as 32-bit and as x32 calls", async () => {
    const calls: Record<string, readonly [number, number]> = {
      bpf: [321, 357],
      keyctl: [250, 288],
      add_key: [248, 286],
      request_key: [249, 287],
      unshare: [272, 310],
      setns: [308, 346],
      mount: [165, 21],
      umount2: [166, 52],
      pivot_root: [155, 217],
      open_by_handle_at: [304, 342],
      perf_event_open: [298, 336],
      userfaultfd: [323, 374],
      io_uring_setup: [425, 425],
      fsopen: [430, 430],
      open_tree: [428, 428],
      move_mount: [429, 429],
      init_module: [175, 128],
      delete_module: [176, 129],
      kexec_load: [246, 283],
      reboot: [169, 88],
      swapon: [167, 87],
      settimeofday: [164, 79],
      iopl: [172, 110],
    }
    const made = Object.entries(calls).flatMap(([name, [long, short]]) => [
      [name, syscallProgram(long)] as const,
      [`${name}-x32`, syscallProgram(long + X32_BIT)] as const,
      [`${name}-32`, interruptProgram(short)] as const,
    ])
    const hasInterruptEntry = endsBy(interruptProgram(SCHED_YIELD_32)) !== "SIGSEGV"
    for (const [name, program] of made) writeFileSync(join(fixture.rootfs, "srv", `call-${name}`), program, { mode: 0o755 })
    const { stdout } = await sh("cd /srv; for f in call-*; do ./$f; echo $f $?; done")
    const answers = new Map(
      stdout
        .trim()
        .split("\n")
        .map((line) => line.split(" ") as [string, string]),
    )
    expect([...answers.keys()].sort()).toEqual(made.map(([name]) => `call-${name}`).sort())
    // A kernel without the 32-bit entry ends whoever uses it, whatever is called.
    const refused = (name: string, answer: string) =>
      answer === String(EPERM) || (name.endsWith("-32") && !hasInterruptEntry && answer === SEGFAULTED)
    expect([...answers].filter(([name, answer]) => !refused(name, answer))).toEqual([])
    // The programs do what they say: a call that is allowed answers by itself.
    writeFileSync(join(fixture.rootfs, "srv/allowed"), syscallProgram(SCHED_YIELD), { mode: 0o755 })
    expect((await sh("/srv/allowed; echo $?")).stdout).toBe("0\n")
  })

  test("masked paths are empty, and what steers the host cannot be written", async () => {
    const { stdout } = await sh(
      [
        "for f in kcore keys timer_list interrupts; do cat /proc/$f 2>/dev/null | wc -c; done; ls /proc/acpi /proc/scsi /sys/firmware 2>/dev/null | grep -v : | wc -w",
        "for f in /proc/sysrq-trigger /proc/sys/kernel/core_pattern /proc/sys/kernel/hostname /proc/irq/default_smp_affinity /sys/kernel/uevent_helper; do (echo x > $f) 2>/dev/null && echo WROTE $f; done; echo end",
      ].join("\n"),
    )
    expect(stdout.replace(/\s+/g, " ")).toMatch(/^0 0 0 0 0 end $/)
  })

  test("a device node works for nobody: neither one that the image brought nor one that is made", async () => {
    const source = statSync("/var/tmp").dev
    const device = { major: Number((BigInt(source) >> 8n) & 0xfffn), minor: Number(BigInt(source) & 0xffn) }
    const node = join(fixture.rootfs, "srv/disk")
    if (!existsSync(node)) makeNode({ path: node, mode: 0o060666, device })
    chmodSync(node, 0o666)
    const { stdout } = await sh(
      "head -c 1 /srv/disk | wc -c; mknod /tmp/mem c 1 1 2>/dev/null && head -c 1 /tmp/mem | wc -c; mknod /tmp/kmsg c 1 11 2>/dev/null && head -c 1 /tmp/kmsg | wc -c; echo end",
    )
    expect(stdout.split(/\s+/).filter((word) => /^[1-9]/.test(word))).toEqual([])
    const whole = await sh("head -c 1 /srv/disk | wc -c; mknod /tmp/mem c 1 1 && (head -c 1 /tmp/mem | wc -c); rm -f /tmp/mem", {
      idRange: undefined,
    })
    expect(whole.stdout.split(/\s+/).filter((word) => /^[1-9]/.test(word))).toEqual([])
  })

  test("release_agent and every other file of the cgroups is out of reach", async () => {
    const { stdout } = await sh(
      "for f in $(ls -d /sys/fs/cgroup/release_agent /sys/fs/cgroup/*/release_agent /sys/fs/cgroup/cgroup.procs /sys/fs/cgroup/*/cgroup.procs /sys/fs/cgroup/*/memory.limit_in_bytes /sys/fs/cgroup/memory.max 2>/dev/null); do case $f in *release_agent) echo THERE $f;; esac; (echo 1 > $f) 2>/dev/null && echo WROTE $f; done; mount -o remount,rw /sys/fs/cgroup 2>/dev/null && echo REMOUNTED; echo end",
    )
    expect(stdout).toBe("end\n")
  })
})

describe("user namespaces", () => {
  test("the container's root is the tenant's id on the host, and the ranges of two tenants do not meet", async () => {
    const first = await fixture.start({ arguments: ["/bin/sleep", "1000"] })
    const second = await fixture.start({
      arguments: ["/bin/sleep", "1000"],
      idRange: { ...testRange, uidBase: 1_265_536, gidBase: 1_265_536 },
      init: true,
    })
    const [one, two] = await Promise.all([first, second].map(({ pid }) => fixture.driver.namespaces(pid)))
    expect(one?.uidMap).toEqual([{ insideId: 0, outsideId: testRange.uidBase, count: testRange.size }])
    expect(one?.gidMap).toEqual([{ insideId: 0, outsideId: testRange.gidBase, count: testRange.size }])
    const end = (map: { outsideId: number; count: number } | undefined): number => (map?.outsideId ?? 0) + (map?.count ?? 0)
    expect(two?.uidMap[0]?.outsideId).toBeGreaterThanOrEqual(end(one?.uidMap[0]))
    expect(readProcessStatus(first.pid)?.get("Uid")?.split(/\s+/)[0]).toBe(String(testRange.uidBase))
    await fixture.remove(first.id)
    await fixture.remove(second.id)
  })

  test("each of the eight namespaces is the container's own", async () => {
    const sandbox = await fixture.start({ arguments: ["/bin/sleep", "1000"] })
    const { namespaces } = await fixture.driver.namespaces(sandbox.pid)
    expect(namespaces.map(({ kind }) => kind)).toEqual(["pid", "mnt", "net", "uts", "ipc", "user", "cgroup", "time"])
    expect(namespaces.filter(({ isHost }) => isHost)).toEqual([])
    await fixture.remove(sandbox.id)
  })
})

describe("seccomp", () => {
  test.each([
    "bpf",
    "keyctl",
    "unshare",
    "mount",
    "open_by_handle_at",
    "setns",
    "kexec_load",
    "init_module",
    "io_uring_setup",
    "userfaultfd",
    "perf_event_open",
  ])("%s is on no list that every container gets", (name) => expect(allowedSyscalls).not.toContain(name))
})

// The start lets the runtime's process go; a moment later it has become the program.
function untilExecuted(pid: number): Promise<true> {
  return until(() => (/^(cr|r)un|^\d$/.test(readProcessStat(pid)?.command ?? "crun") ? undefined : true))
}

/** What an attempt saw: the host's root has directories that the container's has not. */
async function reached(attempt: Promise<{ stdout: string }>): Promise<string> {
  const seen = await attempt.then(
    ({ stdout }) => stdout,
    () => "",
  )
  return /\b(var|usr|boot|home)\b/.test(seen) ? `the host: ${seen}` : "nothing of the host"
}

const EPERM = 1
const SCHED_YIELD = 24
const SCHED_YIELD_32 = 158
const SEGFAULTED = String(128 + 11)
const X32_BIT = 0x40000000

/** The signal that ends the program here, outside of any container; `null`: it exits. */
function endsBy(program: Buffer): NodeJS.Signals | null {
  const file = join(fixture.rootfs, "srv/probe")
  writeFileSync(file, program, { mode: 0o755 })
  const { signal, error } = spawnSync(file)
  rmSync(file)
  if (error !== undefined) throw error
  return signal
}
