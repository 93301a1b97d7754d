import { readFileSync } from "node:fs"
import { join } from "node:path"
import type { StdioSession } from "../engine.js"
import { EngineError, errnoOf } from "../errors.js"
import { openStdinAnnotation } from "./config/annotations.js"
import type { OciConfig } from "./config/oci-types.js"
import { ConmonStream } from "./conmon/conmon-stream.js"
import type { SandboxContext } from "./sandbox-context.js"
import { stdioSession } from "./stdio-session.js"

/** See `SandboxDriver.attach`. Output from now on; what was before is in the log. */
export async function attachSandbox(context: SandboxContext, id: string, options: { stdin: boolean }): Promise<StdioSession> {
  const bundle = context.paths.bundle(id)
  const config = readConfig(bundle)
  const terminal = config.process.terminal
  const pipedInput = config.annotations?.[openStdinAnnotation] === "true" && !terminal
  const stream = await ConmonStream.connect(bundle)
  return stdioSession({
    stream,
    directory: bundle,
    terminal,
    stdin: options.stdin && (terminal || pipedInput),
    // conmon ends a piped input when any connection ends, also one that only looked on.
    endsInputOnClose: pipedInput,
  })
}

function readConfig(bundle: string): OciConfig {
  try {
    return JSON.parse(readFileSync(join(bundle, "config.json"), "utf8")) as OciConfig
  } catch (error) {
    if (errnoOf(error) !== "ENOENT") throw error
    throw new EngineError("conflict", {
      facts: { bundle },
      cause: error,
      publicMessage: "The container is not running, so that there is nothing to attach to.",
    })
  }
}
