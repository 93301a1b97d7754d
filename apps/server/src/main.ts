import { readFileSync } from "node:fs"
import { join } from "node:path"
import { openInstanceMemory } from "@plimsoll/runtime"
import { createLog } from "./create-log.js"
import { readConfiguration } from "./env.js"
import { startServer } from "./start-server.js"

/** Ends with one readable line instead of a stack. */
function failToStart(error: unknown): never {
  process.stderr.write(`The server cannot start. ${error instanceof Error ? error.message : String(error)}\n`)
  process.exit(1)
}

const configuration = await Promise.resolve(process.env).then(readConfiguration).catch(failToStart)
// The secrets are in memory now; what is spawned must not inherit them.
delete process.env.PLIMSOLL_OPERATOR_PASSWORD
delete process.env.DATABASE_URL
const log = createLog(configuration.logLevel)
const { version } = JSON.parse(readFileSync(join(import.meta.dirname, "../package.json"), "utf8")) as { version: string }

process.on("unhandledRejection", (error) => log.error({ err: error }, "a rejection that nobody handled"))
process.on("uncaughtException", (error) => {
  log.fatal({ err: error }, "an exception that nobody handled; containers go on running")
  process.exit(1)
})

const engineRoot = join(configuration.dataDirectory, "engine")
const engineLog = {
  warn: (message: string, facts?: Readonly<Record<string, unknown>>) => log.warn({ ...facts, room: "engine" }, message),
  error: (message: string, facts?: Readonly<Record<string, unknown>>) =>
    log.error({ ...facts, err: facts?.error, room: "engine" }, message),
}
const server = await startServer({
  configuration,
  log,
  version,
  // Loaded late: a native library that this host cannot load makes the engine unavailable, not the server.
  openEngine: async ({ registries }) =>
    (await import("@plimsoll/runtime")).createEngine({
      root: engineRoot,
      runDirectory: join(configuration.runDirectory, "engine"),
      report: engineLog,
      registries,
      ...(configuration.criu !== undefined && { criu: configuration.criu }),
    }),
  readOwnMemory: openInstanceMemory({ root: engineRoot }),
  openDockerEngine: async (endpoint) => (await import("@plimsoll/runtime")).createDockerEngine({ endpoint }),
  makeStarterImage: async (engine) => (await import("@plimsoll/runtime")).ensureStarterImage(engine.images),
}).catch((error: unknown) => {
  log.fatal({ err: error }, "could not start")
  return failToStart(error)
})

let stopping = false
for (const signal of ["SIGTERM", "SIGINT"] as const) {
  process.on(signal, () => {
    if (stopping) return
    stopping = true
    log.info({ signal }, "stopping")
    server.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        log.error({ err: error }, "could not stop cleanly")
        process.exit(1)
      },
    )
  })
}
