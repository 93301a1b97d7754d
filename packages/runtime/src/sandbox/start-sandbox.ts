import { EngineError } from "../errors.js"
import type { SandboxContext } from "./sandbox-context.js"

/** See `SandboxDriver.start`. */
export async function startSandbox(context: SandboxContext, id: string): Promise<void> {
  const runtime = await context.runtimes.owning(id)
  if (runtime === undefined) {
    throw new EngineError("not_found", { facts: { id }, publicMessage: "The container has no sandbox that could be started." })
  }
  await runtime.start(id)
}
