import { existsSync, mkdirSync } from "node:fs"
import { EngineError } from "../../errors.js"
import { findTool } from "../../kernel/find-tool.js"
import type { SpawnTool } from "../../kernel/spawn-tool.js"
import { compareVersions, parseToolVersion } from "../../kernel/tool-version.js"
import type { TimeNamespaceSupport } from "../config/time-offsets.js"
import { directoriesIn, type SandboxPaths } from "../sandbox-paths.js"
import { commandLineRuntime, type RuntimeFacts } from "./command-line-runtime.js"
import { crunRuntime } from "./crun-runtime.js"
import type { OciRuntime } from "./oci-runtime.js"

/** OCI runtimes that the engine looks for, in order of preference. */
export const knownRuntimes: readonly string[] = ["crun", "runc", "youki", "runsc", "kata-runtime"]

/** OCI runtimes of this host by name, each asked for its version once. */
export class RuntimeRegistry {
  readonly #paths: SandboxPaths
  readonly #spawn: SpawnTool
  readonly #opened = new Map<string, Promise<OciRuntime>>()

  constructor(paths: SandboxPaths, spawn: SpawnTool) {
    this.#paths = paths
    this.#spawn = spawn
  }

  /** `tool_missing` when it is not installed, `invalid_argument` when it is none of `knownRuntimes`. */
  open(name: string): Promise<OciRuntime> {
    const opened = this.#opened.get(name) ?? this.#find(name)
    this.#opened.set(name, opened)
    opened.catch(() => this.#opened.delete(name))
    return opened
  }

  /** The runtime that has state for this container, or undefined when none has. */
  async owning(id: string): Promise<OciRuntime | undefined> {
    const name = this.#stateDirectories().find((runtime) => existsSync(this.#paths.runtimeState(runtime, id)))
    return name === undefined ? undefined : this.open(name)
  }

  /** Ids that any runtime has state for. */
  ids(): string[] {
    return this.#stateDirectories().flatMap((name) => directoriesIn(this.#paths.runtimeState(name)))
  }

  #stateDirectories(): string[] {
    return directoriesIn(this.#paths.runtimes)
  }

  async #find(name: string): Promise<OciRuntime> {
    if (!knownRuntimes.includes(name)) {
      throw new EngineError("invalid_argument", {
        facts: { ociRuntime: name },
        publicMessage: `The engine knows no OCI runtime named "${name}". Known are: ${knownRuntimes.join(", ")}.`,
      })
    }
    const path = findTool(name)
    if (path === undefined) {
      throw new EngineError("tool_missing", {
        facts: { tool: name },
        publicMessage: `The OCI runtime ${name} is not installed on this host. Install it, or leave the choice to the engine.`,
      })
    }
    const { stdout } = await this.#spawn(path, ["--version"], { acceptExitCodes: "any", timeoutMs: VERSION_DEADLINE_MS })
    // gVisor counts by date.
    const version = parseToolVersion(stdout) ?? /\brelease-\d{8}/.exec(stdout)?.[0] ?? "unknown"
    const stateDirectory = this.#paths.runtimeState(name)
    mkdirSync(stateDirectory, { recursive: true, mode: 0o700 })
    const facts: RuntimeFacts = {
      name,
      path,
      version,
      stateDirectory,
      timeNamespaces: existsSync("/proc/self/ns/time") ? timeNamespaceSupport(name, version) : "never",
      sharesKernel: name !== "runsc" && name !== "kata-runtime",
    }
    return name === "crun" ? crunRuntime(facts, this.#spawn) : commandLineRuntime(facts, this.#spawn)
  }
}

// crun from 0.18; before 1.8.4 the first process of a new pid namespace ends when a time namespace is made beside it, unless a
// user namespace is made first. runc from 1.2.
function timeNamespaceSupport(name: string, version: string): TimeNamespaceSupport {
  const isAtLeast = (wanted: string): boolean => compareVersions(version, wanted) >= 0
  if (name === "crun") return isAtLeast("1.8.4") ? "always" : isAtLeast("0.18") ? "with-user-namespace" : "never"
  return name === "runc" && isAtLeast("1.2") ? "always" : "never"
}

const VERSION_DEADLINE_MS = 10_000
