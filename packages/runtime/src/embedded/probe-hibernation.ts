import { existsSync, lstatSync, type Stats } from "node:fs"
import { release } from "node:os"
import { dirname, join, resolve } from "node:path"
import { chooseFreezer } from "../cgroups/choose-controllers.js"
import type { CgroupLayout } from "../cgroups/hierarchy.js"
import type { Ability, OciRuntimeInfo } from "../engine.js"
import { EngineError } from "../errors.js"
import { findTool } from "../kernel/find-tool.js"
import type { SpawnTool } from "../kernel/spawn-tool.js"
import { compareVersions, parseToolVersion } from "../kernel/tool-version.js"
import { explain } from "./ability.js"

/** Below the directory beside an engine's root where `npm run criu` puts one. (scripts/lib/criu/provide-criu.mjs) */
const ownCriu = ["tools", "criu", "usr", "sbin", "criu"]
const provideCriu = "npm run criu"
/** From 6.16 on the kernel refuses to tell SO_PASSCRED of internet sockets, which older ones ask of each. (checkpoint-restore/criu issue 2705) */
const strict = { kernel: "6.16", criu: "4.2" }
/** The first that can leave the packet filter of a container alone (`--network-lock skip`). */
const least = "3.19"

/** What a CRIU says of itself. */
export interface CriuFacts {
  path: string
  /** Absent: it does not run; `problem` says why. */
  version?: string
  /** Why it does not work on this kernel, in its own words or the system's. Absent: `criu check` is content. */
  problem?: string
}

export interface HibernationFacts {
  criu: CriuFacts | undefined
  /** As `uname -r` has it. */
  kernel: string
  /** As Node.js names it. */
  architecture: string
  crunWorks: boolean
  layout: CgroupLayout
  packetSockets: boolean
}

/**
 * Absolute path of the CRIU that an engine with this root uses: the one that it was given, whether that is there or not; else the one that `npm run criu`
 * put beside its root, if nobody but root or ourselves could have put it there; else the distribution's. Undefined: there is none.
 */
export function findCriu({ criu, root }: { criu?: string | undefined; root: string }): string | undefined {
  if (criu !== undefined) return resolve(criu)
  const beside = dirname(resolve(root))
  return isTrusted(beside, ownCriu) ? join(beside, ...ownCriu) : findTool("criu")
}

/** The same; throws `tool_missing` where there is none. */
export function requireCriu(options: Parameters<typeof findCriu>[0]): string {
  const criu = findCriu(options)
  if (criu !== undefined) return criu
  throw new EngineError("tool_missing", {
    facts: { tool: "criu", remedy: provideCriu },
    publicMessage: `CRIU, which writes containers to disk and brings them back, is not installed. To have it: ${provideCriu}`,
  })
}

/** Whether containers can hibernate on this host. Asks CRIU itself, which takes some 50 ms; never rejects. */
export async function probeHibernation(options: {
  /** Of `findCriu`. */
  criu: string | undefined
  layout: CgroupLayout
  ociRuntimes: readonly OciRuntimeInfo[]
  spawn: SpawnTool
}): Promise<Ability> {
  return judgeHibernation({
    criu: options.criu === undefined ? undefined : await askCriu(options.criu, options.spawn),
    kernel: release(),
    architecture: process.arch,
    crunWorks: options.ociRuntimes.some(({ name, works }) => name === "crun" && works),
    layout: options.layout,
    packetSockets: existsSync("/proc/net/packet"),
  })
}

/** The same of facts that are known. */
export function judgeHibernation(facts: HibernationFacts): Ability {
  const base = {
    name: "hibernate",
    title: "Hibernation: idle containers are written to disk and wake with the first packet",
    required: false,
  }
  const lack = whatCriuLacks(facts) ?? whatTheHostLacks(facts)
  if (lack !== undefined) return { ...base, status: "missing", ...lack }
  const which = `CRIU ${facts.criu?.version} at ${facts.criu?.path}`
  if (facts.architecture !== "x64")
    return { ...base, status: "degraded", detail: `${which} supports ${facts.architecture}, but hibernation was tried on x86-64 alone.` }
  return {
    ...base,
    status: "available",
    detail: `A container that hibernates takes no memory; ${which} writes it to disk, and the first packet brings it back.`,
  }
}

type Lack = Pick<Ability, "detail" | "remedy">

function whatCriuLacks({ criu, kernel, architecture }: HibernationFacts): Lack | undefined {
  if (!["x64", "arm64"].includes(architecture)) return { detail: `Hibernation needs x86-64 or arm64; this machine is ${architecture}.` }
  if (criu === undefined)
    return { detail: "CRIU, which writes processes to disk, is not installed; nothing is installed unasked.", remedy: provideCriu }
  if (criu.version === undefined)
    return { detail: `CRIU at ${criu.path} does not run: ${sentence(criu.problem ?? "it says no version")}`, remedy: provideCriu }
  if (compareVersions(criu.version, least) < 0)
    return { detail: `CRIU ${criu.version} at ${criu.path} is too old: it takes CRIU ${least}.`, remedy: provideCriu }
  if (!fitsKernel(criu.version, kernel))
    return {
      detail: `CRIU ${criu.version} at ${criu.path} is too old for Linux ${kernel}: from ${strict.kernel} on it takes CRIU ${strict.criu}.`,
      remedy: provideCriu,
    }
  if (criu.problem !== undefined)
    return { detail: `CRIU ${criu.version} at ${criu.path} does not work on this kernel: ${sentence(criu.problem)}`, remedy: provideCriu }
  return undefined
}

function whatTheHostLacks({ crunWorks, layout, packetSockets }: HibernationFacts): Lack | undefined {
  if (!crunWorks)
    return {
      detail: "Only containers that crun runs can hibernate, and there is no crun that works.",
      remedy: "apt-get install -y --no-install-recommends crun",
    }
  if (chooseFreezer(layout) === undefined)
    return {
      detail: "Containers cannot be frozen: neither the v1 freezer nor a v2 hierarchy is mounted.",
      remedy: "mkdir -p /sys/fs/cgroup/freezer && mount -t cgroup -o freezer cgroup /sys/fs/cgroup/freezer",
    }
  if (!packetSockets)
    return {
      detail: "The kernel has no packet sockets, by which the first packet to a container is noticed.",
      remedy: "modprobe af_packet",
    }
  return undefined
}

/** Whether a CRIU of this version can write processes of this kernel to disk. */
export function fitsKernel(criuVersion: string, kernelRelease: string): boolean {
  const kernel = parseToolVersion(kernelRelease) ?? "0"
  const needed = compareVersions(kernel, strict.kernel) < 0 ? least : strict.criu
  return compareVersions(criuVersion, needed) >= 0
}

async function askCriu(path: string, spawn: SpawnTool): Promise<CriuFacts> {
  try {
    const { exitCode, stdout, stderr } = await spawn(path, ["--version"], { acceptExitCodes: "any", timeoutMs: 10_000 })
    const version = parseToolVersion(stdout)
    if (exitCode !== 0 || version === undefined) return { path, problem: lastLine(stderr) ?? `exit code ${exitCode}` }
    const check = await spawn(path, ["check"], { acceptExitCodes: "any", timeoutMs: 20_000 })
    if (check.exitCode === 0) return { path, version }
    return { path, version, problem: lastLine(check.stderr) ?? lastLine(check.stdout) ?? `\`criu check\` ended with ${check.exitCode}` }
  } catch (error) {
    // It is not there, or it hangs: then it is no CRIU for us, and the report says why.
    return { path, problem: explain(error) }
  }
}

function lastLine(text: string): string | undefined {
  return text
    .split("\n")
    .map((line) => line.trim())
    .findLast((line) => line !== "")
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`
}

// It runs as root: in a directory that everybody may write into, anybody could have put it there.
function isTrusted(directory: string, names: readonly string[]): boolean {
  const paths = names.map((_, index) => join(directory, ...names.slice(0, index + 1)))
  return paths.every((path) => {
    const found = lstatSync(path, { throwIfNoEntry: false })
    return found !== undefined && isOursAlone(found)
  })
}

function isOursAlone({ uid, mode }: Pick<Stats, "uid" | "mode">): boolean {
  return (uid === 0 || uid === process.getuid?.()) && (mode & 0o022) === 0
}
