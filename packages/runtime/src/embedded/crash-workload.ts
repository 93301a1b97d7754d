import { writeSync } from "node:fs"
import { starterReference } from "../images/starter-image.js"
import { createEngine } from "./create-engine.js"

/**
 * What the crash test kills: an engine whose workers create, start, exec into, stop and remove containers without end. Each
 * step is told on standard output, before (`begin`) and after (`done`) it, by synchronous writes: what was told has happened.
 * Arguments: root, run directory, prefix of names.
 */
const [root = "", runDirectory = "", prefix = ""] = process.argv.slice(2)
const STANDARD_OUTPUT = 1
const WORKERS = 3

function tell(phase: "begin" | "done", step: string, name: string, facts: Record<string, unknown> = {}): void {
  writeSync(STANDARD_OUTPUT, `${JSON.stringify({ phase, step, name, ...facts })}\n`)
}

const engine = await createEngine({ root, runDirectory })
const { containers } = engine

async function finish(name: string): Promise<void> {
  tell("begin", "stop", name)
  await containers.stop(name, { timeoutMs: 0 })
  tell("done", "stop", name)
  tell("begin", "remove", name)
  await containers.remove(name)
  tell("done", "remove", name)
}

async function cycle(name: string, publish: boolean): Promise<void> {
  tell("begin", "create", name)
  const { id } = await containers.create({
    name,
    image: starterReference,
    command: ["sleep", "1000"],
    ...(publish ? { ports: [{ containerPort: 80, protocol: "tcp" }] } : {}),
  })
  tell("done", "create", name, { id })
  tell("begin", "start", name)
  await containers.start(name)
  const { state } = await containers.inspect(name)
  tell("done", "start", name, { pid: state.status === "running" ? state.pid : 0 })
  tell("begin", "exec", name)
  const session = await containers.exec(name, { command: ["sh", "-c", "exit 7"] })
  session.stdout.resume()
  session.stderr?.resume()
  tell("done", "exec", name, { exitCode: (await session.exited).exitCode })
  await finish(name)
}

async function work(worker: number, inherited: string[]): Promise<void> {
  for (const name of inherited) await finish(name)
  for (let round = 0; ; round++) await cycle(`${prefix}-${worker}-${round}`, worker === 0)
}

const inherited = (await containers.list()).map(({ name }) => name)
writeSync(STANDARD_OUTPUT, `${JSON.stringify({ phase: "ready" })}\n`)
await Promise.all(
  Array.from({ length: WORKERS }, (_, worker) =>
    work(
      worker,
      inherited.filter((_, index) => index % WORKERS === worker),
    ),
  ),
)
