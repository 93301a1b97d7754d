import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { EngineError } from "../errors.js"
import { readProcessArguments } from "../kernel/process-stat.js"
import { toEngineError } from "../kernel/system-call-error.js"
import { initMount } from "./config/init-process.js"
import { ociMounts } from "./config/mounts.js"
import type { OciConfig } from "./config/oci-types.js"
import { restoreArguments } from "./conmon/conmon-arguments.js"
import { claimBundle, superviseMaking } from "./create-sandbox.js"
import { deleteSandbox } from "./delete-sandbox.js"
import type { BoundMount, CreatedSandbox, RestoreOptions, SandboxSpec } from "./sandbox.js"
import type { SandboxContext } from "./sandbox-context.js"

/** What crun keeps of a container beside its process; `config.json` and `status` always, `seccomp.bpf` for its execs. */
const stateFiles = ["status", "config.json", "seccomp.bpf"] as const

/** See `SandboxDriver.begun`. */
export async function untilBegun(context: SandboxContext, id: string, pid: number): Promise<void> {
  await stateOfCrun(context, id)
  const bundle = context.paths.bundle(id)
  const until = performance.now() + BEGIN_MS
  // Until it executes the container's program, the process has the OCI runtime's own arguments.
  for (let pause = 1; isOfRuntime(pid, bundle); pause = Math.min(pause * 2, 50)) {
    if (performance.now() > until)
      throw new EngineError("conflict", { facts: { id, pid }, publicMessage: "It has just been started. Try again in a moment." })
    await sleep(pause)
  }
}

function isOfRuntime(pid: number, bundle: string): boolean {
  const words = readProcessArguments(pid) ?? []
  return words[words.indexOf("--bundle") + 1] === bundle
}

const BEGIN_MS = 10_000

/** See `SandboxDriver.saveState`. */
export async function saveState(
  context: SandboxContext,
  id: string,
  directory: string,
): Promise<{ stdio: string[]; binds: BoundMount[]; own: string[] }> {
  const state = await stateOfCrun(context, id)
  const status = readStatus(state)
  mkdirSync(directory, { mode: 0o700 })
  for (const name of stateFiles) if (existsSync(join(state, name))) copyFileSync(join(state, name), join(directory, name))
  const noted = status["external_descriptors"]
  const stdio: unknown = JSON.parse(typeof noted === "string" ? noted : "[]")
  if (!Array.isArray(stdio) || stdio.length !== 3 || stdio.some((each) => typeof each !== "string"))
    throw new EngineError("unsupported", {
      facts: { id },
      publicMessage: "The OCI runtime has not noted where its output goes, so that it could not be joined to it again.",
    })
  const { mounts, linux } = JSON.parse(readFileSync(join(state, "config.json"), "utf8")) as Pick<OciConfig, "mounts" | "linux">
  const own = mounts.flatMap(({ type, destination }) => (type === "bind" ? [] : [destination]))
  return { stdio, binds: binds(mounts), own: [...own, ...(linux.maskedPaths ?? []), ...(linux.readonlyPaths ?? [])] }
}

/** See `SandboxDriver.restore`. */
export async function restoreSandbox(context: SandboxContext, options: RestoreOptions): Promise<CreatedSandbox> {
  const { spec, savedState, command, deadlineMs } = options
  const { paths } = context
  const bundle = paths.bundle(spec.id)
  const runtime = await context.runtimes.open(spec.ociRuntime)
  const state = paths.runtimeState(runtime.name, spec.id)
  claimBundle(bundle, spec.id)
  try {
    copyFileSync(join(savedState, "config.json"), join(bundle, "config.json"))
    const stdioFile = join(bundle, "stdio")
    const conmonArguments = restoreArguments({
      id: spec.id,
      runtime,
      directory: bundle,
      exitDirectory: paths.exits,
      terminal: false,
      stdin: spec.openStdin,
      logPath: spec.logPath,
      command: command({ mounts: boundMounts(context, spec), stdioFile, pidFile: join(bundle, "pid") }),
    })
    const created = await superviseMaking(
      context,
      { bundle, conmonArguments, deadlineMs },
      (said) =>
        new EngineError("checkpoint_failed", {
          facts: { op: "restore", id: spec.id, said },
          publicMessage: `It could not be restored${said === "" ? "." : `: ${said.slice(-500)}`}`,
        }),
    )
    mkdirSync(state, { mode: 0o700 })
    for (const name of stateFiles)
      if (name !== "status" && existsSync(join(savedState, name))) copyFileSync(join(savedState, name), join(state, name))
    const status = {
      ...readStatus(savedState),
      pid: created.pid,
      "process-start-time": created.pidStartTicks,
      "cgroup-path": spec.cgroupPath,
      rootfs: spec.rootfs,
      bundle,
      external_descriptors: JSON.stringify(readFileSync(stdioFile, "utf8").trim().split("\n")),
    }
    writeFileSync(join(state, "status"), JSON.stringify(status), { mode: 0o600 })
    return created
  } catch (error) {
    await deleteSandbox(context, spec.id)
    rmSync(paths.exit(spec.id), { force: true })
    throw toEngineError(error, "checkpoint_failed", { op: "restore", id: spec.id })
  }
}

function boundMounts(context: SandboxContext, spec: SandboxSpec): BoundMount[] {
  const { initBinary } = context.configHost()
  return binds(ociMounts(spec, spec.init && initBinary !== undefined ? initMount(initBinary) : undefined))
}

function binds(mounts: OciConfig["mounts"]): BoundMount[] {
  return mounts.flatMap(({ type, source, destination }) => (type === "bind" ? [{ source, target: destination }] : []))
}

async function stateOfCrun(context: SandboxContext, id: string): Promise<string> {
  const runtime = await context.runtimes.owning(id)
  if (runtime?.name === "crun") return context.paths.runtimeState(runtime.name, id)
  throw new EngineError("unsupported", {
    facts: { id, ociRuntime: runtime?.name },
    publicMessage: `It runs with the OCI runtime ${runtime?.name ?? "of nobody"}. Only containers of crun can hibernate.`,
  })
}

function readStatus(directory: string): Record<string, unknown> {
  const status: unknown = JSON.parse(readFileSync(join(directory, "status"), "utf8"))
  if (typeof status === "object" && status !== null) return { ...status }
  throw new EngineError("state_corrupt", { facts: { directory } })
}
