import { existsSync, readFileSync, statSync } from "node:fs"
import { syscallProgram, type TarFile } from "@plimsoll/runtime/conformance"
import { afterAll, beforeAll, describe, expect } from "vitest"
import type { ContainerInspect } from "../../contract/index.js"
import { attempt } from "./attempt.js"
import { type IsolationGround, openIsolationGround } from "./isolation-ground.js"

let ground: IsolationGround
let own: ContainerInspect
let alice: ContainerInspect

/** Numbers of unistd_64.h, with arguments where the call must get past a first check. */
const calls = {
  bpf: [321],
  perf_event_open: [298],
  io_uring_setup: [425, 8],
  keyctl: [250],
  add_key: [248],
  request_key: [249],
  kexec_load: [246],
  kexec_file_load: [320],
  reboot: [169, 0xfee1dead, 672274793, 0],
  init_module: [175],
  finit_module: [313],
  delete_module: [176],
  mount: [165],
  umount2: [166],
  pivot_root: [155],
  fsopen: [430],
  move_mount: [429],
  open_tree: [428],
  unshare: [272, 0x10000000],
  clone_newuser: [56, 0x10000011],
  setns: [308],
  open_by_handle_at: [304],
  userfaultfd: [323],
  settimeofday: [164],
  swapon: [167],
  syslog: [103, 3],
  iopl: [172, 3],
} as const

beforeAll(async () => {
  const program = (name: string, data: Buffer): TarFile => ({ name: `bin/${name}`, mode: 0o755, data })
  const names = Object.keys(calls) as (keyof typeof calls)[]
  ground = await openIsolationGround({
    files: [
      ...names.map((name) => program(`call-${name}`, syscallProgram(calls[name][0], calls[name].slice(1)))),
      // ptrace(PTRACE_ATTACH) of the server itself and kill of it, by the number that it has on the host.
      program("trace-server", syscallProgram(101, [16, process.pid])),
      program("kill-server", syscallProgram(62, [process.pid, 9])),
      program("allowed", syscallProgram(24)),
    ],
  })
  own = await ground.start("mallory", { name: "mallory" })
  alice = await ground.start("alice", { name: "alice" })
}, 120_000)
afterAll(async () => {
  await ground.clear()
  await ground.close()
})

const sh = async (script: string, id = own.id): Promise<string> => (await ground.sh(id, script)).stdout
const [EPERM, ESRCH] = [1, 3]

/** What each call answers: an errno. */
async function answers(...names: (keyof typeof calls)[]): Promise<Record<string, number>> {
  const said = await sh(names.map((name) => `call-${name}; echo ${name} $?`).join("\n"))
  return Object.fromEntries(said.split("\n").map((line) => [line.split(" ")[0] ?? "", Number(line.split(" ")[1])]))
}

async function expectRefused(...names: (keyof typeof calls)[]): Promise<void> {
  expect(await answers(...names)).toEqual(Object.fromEntries(names.map((name) => [name, EPERM])))
  expect(await sh("allowed; echo $?")).toBe("0")
}

/** Which of the files could be opened for writing and written to. */
const written = (...paths: string[]): Promise<string> =>
  sh(`for f in $(ls -d ${paths.join(" ")} 2>/dev/null); do (echo 1 > $f) 2>/dev/null && echo WROTE $f; done; true`)

describe("from inside a tenant's container", () => {
  attempt("other-cgroups", async () => {
    expect(await sh("cat /proc/self/cgroup | grep -c plimsoll; find /sys/fs/cgroup -name '*plimsoll*' -o -name '*alice*'; true")).toBe("0")
    expect(await written("/sys/fs/cgroup/cgroup.procs", "/sys/fs/cgroup/*/cgroup.procs", "/sys/fs/cgroup/*/tasks")).toBe("")
    expect(
      await written("/sys/fs/cgroup/*.max", "/sys/fs/cgroup/*/*limit*", "/sys/fs/cgroup/*/*quota*", "/sys/fs/cgroup/devices/devices.allow"),
    ).toBe("")
    expect(await sh("mkdir /sys/fs/cgroup/mine /sys/fs/cgroup/*/mine 2>/dev/null && echo MADE; true")).toBe("")
  })

  attempt("release-agent", async () => {
    expect(await sh("find /sys/fs/cgroup -name release_agent")).toBe("")
    expect(await written("/sys/fs/cgroup/notify_on_release", "/sys/fs/cgroup/*/notify_on_release")).toBe("")
    const mounts = await sh(
      "mkdir -p /tmp/c; for c in memory rdma pids misc; do mount -t cgroup -o $c none /tmp/c && echo MOUNTED; done; mount -t cgroup2 none /tmp/c && echo MOUNTED",
    )
    expect(mounts).not.toContain("MOUNTED")
    expect(await sh("mount -o remount,rw /sys/fs/cgroup && echo REMOUNTED")).not.toContain("REMOUNTED")
  })

  attempt("kernel-settings", async () => {
    const before = readFileSync("/proc/sys/kernel/core_pattern", "utf8")
    expect(
      await written(
        "/proc/sysrq-trigger",
        "/proc/sys/kernel/core_pattern",
        "/proc/sys/kernel/modprobe",
        "/proc/sys/kernel/panic",
        "/proc/sys/vm/drop_caches",
        "/proc/sys/vm/overcommit_memory",
        "/proc/sys/fs/binfmt_misc/register",
        "/proc/irq/default_smp_affinity",
      ),
    ).toBe("")
    expect(
      await sh(
        "umount /proc/sys && echo UNMOUNTED; mount -o remount,rw /proc/sys && echo REMOUNTED; mount -t proc none /tmp && echo MOUNTED",
      ),
    ).not.toMatch(/UNMOUNTED|REMOUNTED|MOUNTED/)
    expect(readFileSync("/proc/sys/kernel/core_pattern", "utf8")).toBe(before)
  })

  attempt("kernel-memory", async () => {
    expect(
      await sh(
        "for f in kcore keys timer_list sched_debug interrupts kmsg; do head -c1 /proc/$f 2>/dev/null | wc -c; done; ls /dev/mem /dev/kmem /dev/port /dev/kmsg 2>/dev/null; true",
      ),
    ).toMatch(/^(0\n){5}0$/)
    expect(await sh("dmesg | head -1")).toMatch(/not permitted/i)
    expect(await sh("grep -vc '^0000000000000000 ' /proc/kallsyms")).toBe("0")
  })

  attempt("sys-files", async () => {
    expect(await sh("ls -A /sys/firmware /proc/acpi /proc/scsi 2>/dev/null | grep -v : | wc -w")).toBe("0")
    expect(
      await sh(
        "for f in $(find /sys/kernel /sys/power /sys/module /sys/class/ /sys/bus /sys/fs /sys/devices/system -type f -perm -200 2>/dev/null | head -3000); do { true >> $f; } 2>/dev/null && echo OPENED $f; done; true",
      ),
    ).toBe("")
    expect(await sh("mount -o remount,rw /sys && echo REMOUNTED")).not.toContain("REMOUNTED")
  })

  attempt("mounting", async () => {
    const said = await sh(
      "mkdir -p /tmp/a /tmp/b; mount -t tmpfs none /tmp/a && echo DONE; mount --bind / /tmp/a && echo DONE; mount -o remount,rw / && echo DONE; umount /proc && echo DONE; pivot_root /tmp/a /tmp/b && echo DONE; true",
    )
    expect(said).not.toContain("DONE")
    await expectRefused("mount", "umount2", "pivot_root", "fsopen", "move_mount", "open_tree")
  })

  attempt("new-namespaces", async () => {
    await expectRefused("unshare", "clone_newuser", "setns")
    expect(await sh("unshare -Ur id && echo DONE; nsenter -t 1 -m ls && echo DONE; true")).not.toContain("DONE")
  })

  attempt("host-processes", async () => {
    expect(await sh("trace-server; echo $?; kill-server; echo $?")).toBe(`${ESRCH}\n${ESRCH}`)
    expect(
      await sh(`ls -d /proc/${process.pid} 2>/dev/null; for p in $(ls /proc | grep '^[0-9]'); do cat /proc/$p/comm; done`),
    ).not.toMatch(/node|conmon|crun/)
    const { state } = alice
    if (state.status !== "running") throw new Error("she runs")
    const { id } = await ground.start("mallory")
    // Whom it reaches with the last are its own, its first process included.
    await sh(`kill -9 ${state.pid}; kill -9 -1; true`, id)
    expect(existsSync(`/proc/${state.pid}`)).toBe(true)
  })

  attempt("keyrings", () => expectRefused("keyctl", "add_key", "request_key"))
  attempt("bpf", () => expectRefused("bpf"))
  attempt("perf-events", () => expectRefused("perf_event_open"))
  attempt("io-uring", () => expectRefused("io_uring_setup"))
  attempt("other-kernel", () => expectRefused("kexec_load", "kexec_file_load", "reboot"))
  attempt("modules", async () => {
    await expectRefused("init_module", "finit_module", "delete_module")
    expect(await sh("modprobe dummy && echo LOADED; true")).not.toContain("LOADED")
  })
  attempt("file-handles", () => expectRefused("open_by_handle_at"))
  attempt("host-clock", async () => {
    await expectRefused("settimeofday")
    expect(await sh("date -s 2001-01-01 && echo SET; true")).toMatch(/not permitted/i)
  })
  attempt("swap-and-ports", () => expectRefused("swapon", "iopl", "userfaultfd", "syslog"))

  attempt("runtime-binary", async () => {
    const binary = ["/usr/bin/crun", "/usr/sbin/runc"].filter((path) => existsSync(path))
    const before = binary.map((path) => statSync(path).mtimeMs)
    const writer = ground.sh(
      own.id,
      "i=0; while [ $i -lt 60 ]; do for e in /proc/[0-9]*/exe; do (echo x > $e) 2>/dev/null && echo WROTE $e; done; i=$((i+1)); done; true",
    )
    for (let again = 0; again < 3; again++) await ground.sh(own.id, "true")
    expect((await writer).stdout).not.toContain("WROTE")
    expect(binary.map((path) => statSync(path).mtimeMs)).toEqual(before)
  })
})
