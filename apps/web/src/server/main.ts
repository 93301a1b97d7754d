import { createServer } from "node:http"
import { createRequire } from "node:module"
import { fileURLToPath } from "node:url"
import pino from "pino"
import { readEnvironment } from "./env.js"
import { createFrontDoor } from "./front-door.js"

// Next's types promise a default export; its CommonJS entry is the function itself.
type CreateNext = typeof import("next")["default"]
const createNext = createRequire(import.meta.url)("next") as CreateNext

/** Starts the web process; it needs no privileges and drops none. */
async function main(): Promise<void> {
  const env = readEnvironment(process.env)
  const logger = pino({ level: env.logLevel, name: "web" })
  const directory = fileURLToPath(new URL("../..", import.meta.url))

  // Next listens for upgrades on the server it is given, and ends every WebSocket whose path could be a page. This one never listens.
  const httpServer = createServer()
  const nextServer = createNext({ dev: env.development, dir: directory, hostname: env.host, port: env.port, httpServer })
  await nextServer.prepare()
  const app = createFrontDoor({
    runDirectory: env.runDirectory,
    development: env.development,
    trustedProxies: env.trustedProxies,
    publicOrigins: env.publicOrigins,
    logger,
    pages: { handle: nextServer.getRequestHandler(), ...(env.development ? { upgrade: nextServer.getUpgradeHandler() } : {}) },
  })

  let stopping = false
  async function stop(signal: string): Promise<void> {
    if (stopping) return
    stopping = true
    logger.info({ signal }, "stopping")
    await app.close()
    await nextServer.close()
    process.exit(0)
  }
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => void stop(signal))

  const address = await app.listen({ port: env.port, host: env.host })
  logger.info({ address, socket: `${env.runDirectory}/server.sock` }, "listening")
}

main().catch((error: unknown) => {
  // One readable line, last, for whoever started it.
  pino({ name: "web" }).fatal({ err: error }, "the web process could not start")
  process.stderr.write(`The web process cannot start. ${error instanceof Error ? error.message : String(error)}\n`)
  process.exit(1)
})
