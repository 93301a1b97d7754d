import { randomBytes } from "node:crypto"
import {
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  lchownSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { readMounts } from "../../kernel/mount-table.js"
import { readProcessStat } from "../../kernel/process-stat.js"
import { defaultCapabilities } from "../../spec/capabilities.js"
import type { IdRange } from "../../spec/id-range.js"
import { createSandboxDriver } from "../create-sandbox-driver.js"
import type { CreatedSandbox, SandboxDriver, SandboxSpec } from "../sandbox.js"

export const testRange: IdRange = { uidBase: 1_200_000, gidBase: 1_200_000, size: 65_536 }

export interface Finished {
  exitCode: number
  stdout: string
  stderr: string
}

/** A root file system from busybox, groups in every hierarchy, and a driver over a run directory of its own: for integration tests. */
export class SandboxFixture {
  readonly directory = mkdtempSync("/var/tmp/plimsoll-test-")
  readonly runDirectory = join(this.directory, "run")
  readonly rootfs = join(this.directory, "rootfs")
  readonly driver: SandboxDriver
  readonly #groupName = `plimsoll-test-${randomBytes(4).toString("hex")}`
  readonly #ids = new Set<string>()

  constructor() {
    chmodSync(this.directory, 0o755)
    mkdirSync(this.runDirectory, { mode: 0o711 })
    makeRootfs(this.rootfs, testRange)
    this.driver = createSandboxDriver({ runDirectory: this.runDirectory })
    for (const hierarchy of cgroupHierarchies()) makeGroup(hierarchy, this.#groupName)
  }

  /** A spec with everything at the engine's defaults, and `change` over it. */
  spec(change: Partial<SandboxSpec> = {}): SandboxSpec {
    const id = change.id ?? randomBytes(32).toString("hex")
    this.#ids.add(id)
    const own = { kind: "private" } as const
    return {
      id,
      hostname: "fixture",
      arguments: ["/bin/true"],
      environment: ["PATH=/bin", "HOME=/root"],
      workingDirectory: "/",
      uid: 0,
      gid: 0,
      additionalGids: [],
      terminal: false,
      openStdin: false,
      init: true,
      readOnlyRoot: false,
      privileged: false,
      capabilities: [...defaultCapabilities],
      seccomp: "default",
      noNewPrivileges: true,
      ulimits: [],
      sysctls: {},
      mounts: [],
      shmSizeBytes: 64 * 1024 * 1024,
      idRange: testRange,
      namespaces: { pid: own, mnt: own, net: own, uts: own, ipc: own, cgroup: own, time: own },
      cgroupPath: `/${this.#groupName}/${id}`,
      rootfs: this.rootfs,
      ociRuntime: "crun",
      logPath: this.logPath(id),
      ...change,
    }
  }

  logPath(id: string): string {
    return join(this.directory, `log-${id.slice(0, 12)}`)
  }

  /** Creates, starts. */
  async start(change: Partial<SandboxSpec> = {}): Promise<SandboxSpec & CreatedSandbox> {
    const spec = this.spec(change)
    const created = await this.driver.create(spec)
    await this.driver.start(spec.id)
    return { ...spec, ...created }
  }

  /** Runs it to its end with its output, and deletes it. */
  async run(change: Partial<SandboxSpec> = {}): Promise<Finished> {
    const spec = this.spec(change)
    await this.driver.create(spec)
    const session = await this.driver.attach(spec.id, { stdin: false })
    const output = Promise.all([collect(session.stdout), session.stderr === undefined ? "" : collect(session.stderr)])
    await this.driver.start(spec.id)
    const [stdout, stderr] = await output
    const exitCode = await this.exitCode(spec.id)
    await this.remove(spec.id)
    return { exitCode, stdout, stderr }
  }

  /** `run` of a shell script. */
  sh(script: string, change: Partial<SandboxSpec> = {}): Promise<Finished> {
    return this.run({ arguments: ["/bin/sh", "-c", script], ...change })
  }

  /** Freezes or thaws what is in the sandbox's group. */
  freeze(id: string, frozen: boolean): void {
    for (const hierarchy of cgroupHierarchies()) {
      const group = join(hierarchy, this.#groupName, id)
      const [old, unified] = [join(group, "freezer.state"), join(group, "cgroup.freeze")]
      if (existsSync(old)) writeFileSync(old, frozen ? "FROZEN" : "THAWED")
      else if (existsSync(unified)) writeFileSync(unified, frozen ? "1" : "0")
    }
  }

  async remove(id: string): Promise<void> {
    await this.driver.delete(id)
    await this.driver.forgetExit(id)
  }

  exitCode(id: string): Promise<number> {
    return until(async () => (await this.driver.exitOf(id))?.exitCode)
  }

  async dispose(): Promise<void> {
    for (const id of new Set([...this.#ids, ...(await this.driver.list())])) {
      await this.remove(id)
      for (const hierarchy of cgroupHierarchies()) await removeGroup(join(hierarchy, this.#groupName, id))
    }
    for (const hierarchy of cgroupHierarchies()) await removeGroup(join(hierarchy, this.#groupName))
    rmSync(this.directory, { recursive: true, force: true })
  }
}

/** All of a stream as text. */
export async function collect(stream: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(chunk)
  return Buffer.concat(chunks).toString("utf8")
}

/** The first value that is not undefined; asks until the test's own deadline. */
export async function until<Value>(ask: () => Value | undefined | Promise<Value | undefined>): Promise<Value> {
  for (;;) {
    const value = await ask()
    if (value !== undefined) return value
    await sleep(5)
  }
}

/** Resolves when no such process is left, zombies aside. */
export function untilGone(pid: number): Promise<true> {
  return until(() => {
    const state = readProcessStat(pid)?.state
    return state === undefined || state === "Z" ? true : undefined
  })
}

export function cgroupHierarchies(): string[] {
  return readMounts()
    .filter((mount) => mount.type === "cgroup" || mount.type === "cgroup2")
    .map((mount) => mount.target)
}

function makeRootfs(rootfs: string, range: IdRange): void {
  const own = (path: string): void => chownSync(path, range.uidBase, range.gidBase)
  for (const directory of ["", "bin", "etc", "proc", "sys", "dev", "root", "tmp", "srv"]) {
    mkdirSync(join(rootfs, directory), { recursive: true })
    own(join(rootfs, directory))
  }
  chmodSync(join(rootfs, "tmp"), 0o1777)
  copyFileSync("/bin/busybox", join(rootfs, "bin/busybox"))
  own(join(rootfs, "bin/busybox"))
  for (const name of applets) {
    symlinkSync("busybox", join(rootfs, "bin", name))
    lchownSync(join(rootfs, "bin", name), range.uidBase, range.gidBase)
  }
  writeFileSync(join(rootfs, "etc/passwd"), "root:x:0:0::/root:/bin/sh\nuser:x:1000:1000::/tmp:/bin/sh\n")
  writeFileSync(join(rootfs, "etc/canary"), "inside")
  writeFileSync(join(rootfs, "srv/not-executable"), "#!/bin/sh\n", { mode: 0o644 })
  own(join(rootfs, "etc/passwd"))
}

function makeGroup(hierarchy: string, name: string): void {
  const group = join(hierarchy, name)
  mkdirSync(group)
  // A v1 cpuset group takes no process before it has CPUs and memory.
  for (const file of ["cpuset.cpus", "cpuset.mems"]) {
    if (hierarchy.endsWith("/cpuset")) writeFileSync(join(group, file), readFileSync(join(hierarchy, file)))
  }
}

async function removeGroup(group: string): Promise<void> {
  await until(() => {
    try {
      rmdirSync(group)
      return true
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "ENOENT") return true
      if (error instanceof Error && "code" in error && error.code === "EBUSY") return undefined
      throw error
    }
  })
}

const applets = (
  "sh true false cat echo ls id sleep mount umount hostname ip ps dd head tail wc grep sed awk stat mknod mkdir rm cp " +
  "chmod chown kill pwd env printf readlink sha256sum tr cut sort unshare stty tty date df ulimit test chroot yes seq touch ln od"
).split(" ")
