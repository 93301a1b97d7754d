import { createHash } from "node:crypto"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { errnoOf } from "../../errors.js"
import type { OciConfig, OciSeccomp } from "../config/oci-types.js"
import type { OciRuntime } from "./oci-runtime.js"

/**
 * Compiled seccomp filters. Compiling an allow-list of 350 calls for three architectures takes crun 10 ms of every create, which is more than all the rest.
 * It leaves the program that it compiled in its state directory, and takes one instead of compiling (annotation
 * `run.oci.seccomp_bpf_data`). The profile itself stays in the configuration, for other runtimes and for `exec`.
 */
export class SeccompPrograms {
  readonly #programs = new Map<string, string>()

  /** The configuration with the compiled filter, when this runtime takes one and has compiled the same profile before. */
  attach(config: OciConfig, runtime: OciRuntime): OciConfig {
    const { seccomp } = config.linux
    const program = seccomp === undefined ? undefined : this.#programs.get(keyOf(seccomp, runtime))
    return program === undefined ? config : { ...config, annotations: { ...config.annotations, [annotation]: program } }
  }

  /** Keeps the filter that the runtime compiled for a container that it has just made. */
  learn(config: OciConfig, runtime: OciRuntime, id: string): void {
    const { seccomp } = config.linux
    if (runtime.name !== "crun" || seccomp === undefined) return
    const key = keyOf(seccomp, runtime)
    if (this.#programs.has(key)) return
    const program = readProgram(join(runtime.stateDirectory, id, "seccomp.bpf"))
    if (program === undefined) return
    const oldest = this.#programs.keys().next()
    if (this.#programs.size >= MOST_PROGRAMS && oldest.done !== true) this.#programs.delete(oldest.value)
    this.#programs.set(key, program.toString("base64"))
  }
}

function keyOf(seccomp: OciSeccomp, runtime: OciRuntime): string {
  return createHash("sha256")
    .update(`${runtime.path} ${runtime.version} ${JSON.stringify(seccomp)}`)
    .digest("hex")
}

function readProgram(path: string): Buffer | undefined {
  try {
    const program = readFileSync(path)
    return program.length > 0 && program.length % INSTRUCTION_BYTES === 0 ? program : undefined
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return undefined
    throw error
  }
}

const annotation = "run.oci.seccomp_bpf_data"
// struct sock_filter (linux/filter.h).
const INSTRUCTION_BYTES = 8
const MOST_PROGRAMS = 64
