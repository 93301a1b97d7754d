import { existsSync } from "node:fs"
import { join } from "node:path"
import type { SpawnTool } from "../../kernel/spawn-tool.js"
import type { TimeNamespaceSupport } from "../config/time-offsets.js"
import type { OciRuntime } from "./oci-runtime.js"

export interface RuntimeFacts {
  name: string
  path: string
  version: string
  stateDirectory: string
  timeNamespaces: TimeNamespaceSupport
  sharesKernel: boolean
}

/** Any OCI runtime, by its command line (runtime-tools, command-line-interface.md). */
export function commandLineRuntime(facts: RuntimeFacts, spawn: SpawnTool): OciRuntime {
  const command = (name: string, ...rest: string[]): Promise<unknown> =>
    spawn(facts.path, ["--root", facts.stateDirectory, name, ...rest], { timeoutMs: COMMAND_DEADLINE_MS, errorCode: "runtime_failed" })
  return {
    ...facts,
    start: async (id) => {
      await command("start", id)
    },
    delete: async (id) => {
      // Without its directory the runtime knows nothing of it; asking would be an error with most.
      if (existsSync(join(facts.stateDirectory, id))) await command("delete", "--force", id)
    },
  }
}

const COMMAND_DEADLINE_MS = 20_000
