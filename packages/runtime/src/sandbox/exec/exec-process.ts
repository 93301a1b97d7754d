import { readFileSync } from "node:fs"
import { join } from "node:path"
import type { ExecSpec } from "../../engine.js"
import { EngineError, errnoOf } from "../../errors.js"
import { capabilityNames } from "../../spec/capabilities.js"
import { ociCapabilities, ownCapabilities } from "../config/capabilities.js"
import type { OciConfig, OciProcess } from "../config/oci-types.js"
import { UNLIMITED } from "../config/rlimits.js"

export interface ExecProcessOptions {
  spec: Pick<ExecSpec, "command" | "terminal" | "terminalSize" | "privileged">
  uid: number
  gid: number
  additionalGids?: readonly number[]
  environment: readonly string[]
  workingDirectory: string
  /** Absent: the container's own. */
  capabilities?: readonly string[]
}

/**
 * The process of an exec (runtime-spec, config.md#process). Limits and no-new-privileges are the container's own, from
 * its bundle; a privileged exec gets every capability, and may gain some. `not_found` when there is no bundle.
 */
export function execProcess(bundle: string, options: ExecProcessOptions): OciProcess {
  const { process: container, linux } = readConfig(bundle)
  const { spec } = options
  const privileged = spec.privileged === true
  return {
    terminal: spec.terminal === true,
    ...(spec.terminal === true && spec.terminalSize !== undefined
      ? { consoleSize: { height: spec.terminalSize.rows, width: spec.terminalSize.columns } }
      : {}),
    user: { uid: options.uid, gid: options.gid, additionalGids: [...(options.additionalGids ?? [])] },
    args: [...spec.command],
    env: [...options.environment],
    cwd: options.workingDirectory,
    capabilities: ociCapabilities({
      names: privileged ? capabilityNames : (options.capabilities ?? container.capabilities.bounding),
      privileged,
      userNamespace: linux.namespaces.some(({ type }) => type === "user"),
      own: ownCapabilities(),
    }),
    // RLIM_INFINITY came out of the JSON as a number that is not exact.
    rlimits: container.rlimits.map(({ type, soft, hard }) => ({ type, soft: Math.min(soft, UNLIMITED), hard: Math.min(hard, UNLIMITED) })),
    noNewPrivileges: container.noNewPrivileges && !privileged,
  }
}

function readConfig(bundle: string): OciConfig {
  try {
    return JSON.parse(readFileSync(join(bundle, "config.json"), "utf8")) as OciConfig
  } catch (error) {
    if (errnoOf(error) !== "ENOENT") throw error
    throw new EngineError("not_found", { facts: { bundle }, cause: error, publicMessage: "The container is not running." })
  }
}
