import { randomBytes } from "node:crypto"
import { chmodSync, copyFileSync, mkdirSync, rmSync } from "node:fs"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import type { OciRuntimeInfo } from "../../engine.js"
import { EngineError, isEngineError } from "../../errors.js"
import { findTool } from "../../kernel/find-tool.js"
import { defaultCapabilities } from "../../spec/capabilities.js"
import { findInit } from "../config/init-process.js"
import { readExitFile } from "../conmon/exit-files.js"
import { createSandbox } from "../create-sandbox.js"
import { deleteSandbox } from "../delete-sandbox.js"
import { PROBE_PREFIX, probeGroup } from "../probe-groups.js"
import type { SandboxSpec } from "../sandbox.js"
import type { SandboxContext } from "../sandbox-context.js"
import { directoriesIn } from "../sandbox-paths.js"
import { startSandbox } from "../start-sandbox.js"
import { knownWeaknesses } from "./known-weaknesses.js"
import { knownRuntimes } from "./runtime-registry.js"

/**
 * Runs every installed OCI runtime for real once: a container of the engine's own making whose program ends at once. Those that work come first, in the
 * order of preference; each says why it was passed over, or what is known against its version. Never rejects because of one of them. It also
 * leaves the compiled default seccomp filter ready for the first container.
 */
export async function probeRuntimes(context: SandboxContext): Promise<OciRuntimeInfo[]> {
  // What a daemon that was killed in the middle left: the directory goes last.
  const leftovers = directoriesIn(context.paths.runDirectory).filter((name) => name.startsWith(PROBE_PREFIX))
  for (const id of leftovers) await removeProbe(context, id)
  const installed = knownRuntimes.filter((name) => findTool(name) !== undefined)
  const found: OciRuntimeInfo[] = []
  // One after the other: they would only slow each other down, and the second one's result is rarely waited for.
  for (const name of installed) found.push(await probe(context, name))
  return [...found.filter((runtime) => runtime.works), ...found.filter((runtime) => !runtime.works)]
}

async function probe(context: SandboxContext, name: string): Promise<OciRuntimeInfo> {
  const path = findTool(name) ?? name
  let version = "unknown"
  try {
    version = (await context.runtimes.open(name)).version
    const exitCode = await runOnce(context, name)
    const remark = exitCode === 0 ? knownWeaknesses(name, version) : `A container made with it ended with ${exitCode} instead of 0.`
    return { name, path, version, works: exitCode === 0, ...(remark === undefined ? {} : { remark }) }
  } catch (error) {
    return { name, path, version, works: false, remark: reason(error) }
  }
}

function reason(error: unknown): string {
  if (!isEngineError(error)) return error instanceof Error ? error.message : String(error)
  const said = typeof error.facts.said === "string" ? error.facts.said : ""
  // crun's own words for it do not say what to do.
  if (/cgroup/i.test(said) && /hybrid|unified|controllers/i.test(said)) return `${HYBRID_TRAP} It said: ${said}`
  return error.publicMessage
}

const HYBRID_TRAP =
  "It refuses a hybrid cgroup hierarchy whose v2 side holds controllers. Mount those as v1 hierarchies, or boot with cgroup v2 alone."

async function runOnce(context: SandboxContext, name: string): Promise<number> {
  const id = `${PROBE_PREFIX}${randomBytes(16).toString("hex")}`
  const directory = join(context.paths.runDirectory, id)
  try {
    await createSandbox({ ...context, createDeadlineMs: PROBE_DEADLINE_MS }, probeSpec(id, name, directory))
    await startSandbox(context, id)
    return await untilExit(context.paths.exit(id))
  } finally {
    await removeProbe(context, id)
  }
}

async function removeProbe(context: SandboxContext, id: string): Promise<void> {
  await deleteSandbox(context, id)
  rmSync(context.paths.exit(id), { force: true })
  rmSync(join(context.paths.runDirectory, id), { recursive: true, force: true })
}

async function untilExit(file: string): Promise<number> {
  const deadline = performance.now() + PROBE_DEADLINE_MS
  while (performance.now() < deadline) {
    const exit = readExitFile(file)
    if (exit !== undefined) return exit.exitCode
    await sleep(2)
  }
  throw new EngineError("deadline_exceeded", {
    facts: { op: "probe", deadlineMs: PROBE_DEADLINE_MS },
    publicMessage: `A container made with it did not end within ${PROBE_DEADLINE_MS} ms.`,
  })
}

// The init doubles as the program: it is static, and all that it is asked is its version.
function probeSpec(id: string, ociRuntime: string, directory: string): SandboxSpec {
  const program = findInit() ?? findTool("busybox")
  if (program === undefined) {
    throw new EngineError("tool_missing", {
      facts: { tool: "catatonit" },
      publicMessage: "There is no statically linked program to try it with. Install one: apt-get install catatonit busybox-static",
    })
  }
  const rootfs = join(directory, "rootfs")
  mkdirSync(rootfs, { recursive: true })
  for (const path of [directory, rootfs]) chmodSync(path, 0o755)
  for (const name of ["proc", "dev", "sys"]) mkdirSync(join(rootfs, name))
  copyFileSync(program, join(rootfs, "program"))
  chmodSync(join(rootfs, "program"), 0o755)
  const own = { kind: "private" } as const
  return {
    id,
    hostname: "probe",
    arguments: ["/program", "--version"],
    environment: [],
    workingDirectory: "/",
    uid: 0,
    gid: 0,
    additionalGids: [],
    terminal: false,
    openStdin: false,
    init: false,
    readOnlyRoot: false,
    privileged: false,
    capabilities: [...defaultCapabilities],
    seccomp: "default",
    noNewPrivileges: true,
    ulimits: [],
    sysctls: {},
    mounts: [],
    shmSizeBytes: 1 << 20,
    idRange: undefined,
    namespaces: { pid: own, mnt: own, net: own, uts: own, ipc: own, cgroup: own, time: own },
    cgroupPath: probeGroup(id),
    rootfs,
    ociRuntime,
    logPath: join(directory, "log"),
  }
}

const PROBE_DEADLINE_MS = 10_000
