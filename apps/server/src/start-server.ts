import { createHash } from "node:crypto"
import { chmod, mkdir, rm } from "node:fs/promises"
import { join } from "node:path"
import type { ContainerEngine } from "@plimsoll/runtime"
import type { Logger } from "pino"
import { openDatabase } from "./db/open-database.js"
import type { ServerConfiguration } from "./env.js"
import { Connections } from "./http/connections.js"
import { createApp } from "./http/create-app.js"
import { listenOnSocket, refuseTakenSocket } from "./http/listen-on-socket.js"
import { createServices, type ServicesOptions } from "./services/create-services.js"
import { every } from "./services/every.js"
import { createSecretBox } from "./services/secrets/secret-box.js"
import { createAuthByScheme } from "./services/session/create-auth.js"
import { ensureOperator, firstPasswordFile, OPERATOR } from "./services/session/ensure-operator.js"
import { makeOperatorToken } from "./services/session/operator-token.js"
import { weaknessOf } from "./services/session/password-strength.js"
import { readOrMakeSecret } from "./services/session/read-or-make-secret.js"

const HOUR_MS = 3_600_000
const SESSION_CHECK_MS = 30_000
/** What is still open after so long is cut. */
const DRAIN_MS = 8_000

export interface StartOptions {
  configuration: ServerConfiguration
  log: Logger
  version: string
  openEngine: ServicesOptions["openEngine"]
  openDockerEngine: ServicesOptions["openDockerEngine"]
  makeStarterImage: (engine: ContainerEngine) => Promise<unknown>
  readOwnMemory?: ServicesOptions["readOwnMemory"]
  readHost?: ServicesOptions["readHost"]
  monotonic?: () => number
  now?: () => number
}

export interface RunningServer {
  socketPath: string
  /** Lets what runs finish for some seconds, writes what is in memory, and leaves. Containers go on running. */
  stop(): Promise<void>
}

/** Brings the server up: directories, database, operator, services, socket. Resolves when it can be asked. */
export async function startServer(options: StartOptions): Promise<RunningServer> {
  const { configuration, log, now = Date.now } = options
  const { dataDirectory, runDirectory } = configuration
  const socketPath = join(runDirectory, "server.sock")
  await refuseTakenSocket(socketPath)
  for (const directory of [dataDirectory, runDirectory]) await makePassable(directory)
  const database = await openDatabase(configuration.databaseUrl)
  const secret = await readOrMakeSecret(dataDirectory)
  const auth = createAuthByScheme({ database, secret, cookiePrefix: cookiePrefix(dataDirectory) })
  const account = await ensureOperator({
    auth: auth.http,
    prisma: database.prisma,
    password: configuration.operatorPassword,
    runDirectory,
  })
  if (account === "made") {
    log.info("made the operator's account")
    // It is used all the same: whoever starts the server decides. Nobody has to wait for this.
    warnOfWeakPassword(configuration.operatorPassword, log).catch((error: unknown) =>
      log.error({ err: error }, "could not look at the operator's password"),
    )
  }

  const connections = new Connections()
  const services = await createServices({
    dataDirectory,
    retention: configuration.retention,
    imageGarbageMs: configuration.imageGarbageHours * HOUR_MS,
    diskCompactionMs: configuration.diskCompactionHours * HOUR_MS,
    database,
    secretBox: createSecretBox(secret),
    auth,
    log,
    serverVersion: options.version,
    openEngine: options.openEngine,
    openDockerEngine: options.openDockerEngine,
    makeStarterImage: options.makeStarterImage,
    publicOrigins: configuration.publicOrigins,
    recogniseLocal: await makeOperatorToken(runDirectory, now),
    onPasswordChanged: async (username) => {
      if (username === OPERATOR) await rm(firstPasswordFile(runDirectory), { force: true })
    },
    ...(options.readOwnMemory && { readOwnMemory: options.readOwnMemory }),
    ...(options.readHost && { readHost: options.readHost }),
    ...(options.monotonic && { monotonic: options.monotonic }),
    now,
    onSessionsEnded: (sessionIds) => connections.cut(sessionIds),
  })
  let draining = false
  const { app, reconnectSoon } = await createApp({
    services,
    auth,
    connections,
    publicOrigins: configuration.publicOrigins,
    log,
    pingDatabase: () => database.ping(),
    draining: () => draining,
  })
  const stopChecking = every(
    SESSION_CHECK_MS,
    () => connections.cutEnded(services.sessions),
    (error) => log.error({ err: error }, "could not check sessions"),
  )
  await listenOnSocket(app, { path: socketPath, gid: configuration.socketGid })
  log.info({ socketPath }, "listening")

  async function stop(): Promise<void> {
    draining = true
    stopChecking()
    const cut = setTimeout(() => {
      log.warn("some requests did not end in time and are cut")
      connections.terminateAll()
      app.server.closeAllConnections()
    }, DRAIN_MS)
    reconnectSoon()
    connections.closeAll()
    await app.close()
    clearTimeout(cut)
    await services.close()
    await database.close()
    log.info("stopped; containers go on running")
  }
  return { socketPath, stop }
}

/**
 * Makes the directory if it is not there. Passable, not readable: a container's root, which is nobody here, must get
 * through to its files. One that is there already is somebody's decision.
 */
async function makePassable(directory: string): Promise<void> {
  const made = await mkdir(directory, { recursive: true, mode: 0o711 })
  if (made !== undefined) await chmod(directory, 0o711)
}

async function warnOfWeakPassword(password: string | undefined, log: Logger): Promise<void> {
  const reason = password === undefined ? undefined : await weaknessOf(password, [OPERATOR])
  if (reason !== undefined) log.warn({ reason }, "PLIMSOLL_OPERATOR_PASSWORD is easy to guess; change it in the console")
}

/** Browsers share cookies between all ports of a host: two consoles side by side must not sign each other out. */
function cookiePrefix(dataDirectory: string): string {
  return `plimsoll-${createHash("sha256").update(dataDirectory).digest("hex").slice(0, 6)}`
}
