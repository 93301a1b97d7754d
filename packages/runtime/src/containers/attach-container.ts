import type { StdioSession } from "../engine.js"
import { EngineError } from "../errors.js"
import { runningContainer } from "./kill-container.js"
import type { LifecycleContext } from "./lifecycle-context.js"

/** See `ContainerApi.attach`. */
export async function attachContainer(
  context: LifecycleContext,
  reference: string,
  options: { stdin?: boolean; signal?: AbortSignal },
): Promise<StdioSession> {
  const { record } = runningContainer(context, reference, "attach to it")
  const { stdin = record.resolved.openStdin, signal } = options
  if (stdin && !record.resolved.openStdin) {
    throw new EngineError("conflict", {
      facts: { id: record.id },
      publicMessage: `Container "${record.name}" was created without standard input. Attach for output only, or create it with openStdin.`,
    })
  }
  if (signal?.aborted === true) throw new EngineError("aborted", { cause: signal.reason })
  const session = stdin ? await attachAwake(context, record.id) : await context.sandbox.attach(record.id, { stdin })
  signal?.addEventListener("abort", () => session.detach(), { once: true })
  await context.containers.update(record.id, (current) => ({ record: current, events: [{ action: "attach" }] }), { sync: "soon" })
  return session
}

/** Who may type into it keeps it awake until the session ends. */
async function attachAwake(context: LifecycleContext, id: string): Promise<StdioSession> {
  const held = context.naps.hold(id)
  const release = (): void => held[Symbol.dispose]()
  try {
    await context.naps.wake(id, "attach")
    const session = await context.sandbox.attach(id, { stdin: true })
    session.stdout.once("close", release)
    const detach = session.detach.bind(session)
    return Object.assign(session, {
      detach: () => {
        release()
        detach()
      },
    })
  } catch (error) {
    release()
    throw error
  }
}
