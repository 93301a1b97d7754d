import { chmodSync, existsSync, mkdirSync, readFileSync, statSync } from "node:fs"
import { createServer } from "node:net"
import { join } from "node:path"
import { setTimeout as delay } from "node:timers/promises"
import { endProcesses, readInstance, removeInstance, writeInstance } from "./instance-file.mjs"
import { KeptProcess } from "./kept-process.mjs"
import { repository } from "./repository.mjs"
import { say } from "./say.mjs"
import { unprivilegedCommand } from "./web-account.mjs"

const STOP_GRACE_MS = 15_000

/**
 * Starts server and web as two processes and resolves when `/healthz` answers, with `{ health, stop }`. An engine that cannot work
 * is no reason to stay down: the console shows it. Throws in plain words when the port is taken or a process does not come up, and with
 * the reason of `signal` when that aborts before it is up; what was started is stopped then.
 */
export async function startProduct({ settings, account, signal, onGivenUp }) {
  const { runDirectory, dataDirectory, host, port, url } = settings
  await refuseSecondStart(settings)
  await refuseTakenPort(host, port)
  makeDirectory(dataDirectory, "PLIMSOLL_DATA_DIR")
  makeDirectory(runDirectory, "PLIMSOLL_RUN_DIR")
  // The unprivileged web process must get through it to the socket; what is inside has rights of its own.
  if (account) chmodSync(runDirectory, statSync(runDirectory).mode | 0o111)

  const common = { ...process.env, NODE_ENV: "production", PLIMSOLL_RUN_DIR: runDirectory }
  const server = new KeptProcess({
    name: "server",
    command: process.execPath,
    args: [join(repository, "apps/server/dist/main.js")],
    options: { cwd: "/" },
    env: { ...common, PLIMSOLL_DATA_DIR: dataDirectory, ...(account ? { PLIMSOLL_SOCKET_GID: `${account.gid}` } : {}) },
    logPath: join(dataDirectory, "logs/server.log"),
    onStarted: noteInstance,
    onGivenUp,
  })
  const { command, args, options } = unprivilegedCommand({ account, entry: "apps/web/dist/server/main.js", runDirectory })
  const web = new KeptProcess({
    name: "web",
    command,
    args,
    options: { ...options, cwd: "/" },
    env: webEnvironment(common, settings),
    logPath: join(dataDirectory, "logs/web.log"),
    onStarted: noteInstance,
    onGivenUp,
  })
  function noteInstance() {
    const processes = Object.fromEntries(
      [
        ["start", process.pid],
        ["server", server.pid],
        ["web", web.pid],
      ].filter(([, pid]) => pid),
    )
    writeInstance(runDirectory, { url, processes })
  }
  async function stop() {
    await web.stop(STOP_GRACE_MS)
    await server.stop(STOP_GRACE_MS)
    removeInstance(runDirectory)
  }

  server.start()
  web.start()
  try {
    const health = await waitForHealth(`${url}/healthz`, signal)
    for (const child of [server, web]) child.markUp()
    return { health, stop }
  } catch (error) {
    await stop()
    if (signal?.aborted) throw error
    for (const child of [server, web]) {
      say.error(`Last lines of the ${child.name} (${child.logPath}):`)
      for (const line of child.lastLog()) say.line(`      ${line}`)
    }
    throw error
  }
}

function makeDirectory(path, variable) {
  try {
    mkdirSync(path, { recursive: true, mode: 0o711 })
  } catch (error) {
    throw new Error(`The directory ${path} cannot be made (${error.code}). Choose another place: ${variable}=/a/path npm start`, {
      cause: error,
    })
  }
}

/** The web sees where to listen and where the server's socket is; secrets of the server are not handed on. */
function webEnvironment(common, { host, port }) {
  const { PLIMSOLL_OPERATOR_PASSWORD, DATABASE_URL, PLIMSOLL_DATA_DIR, ...rest } = common
  return { ...rest, HOST: host, PORT: `${port}`, NEXT_TELEMETRY_DISABLED: "1" }
}

async function refuseSecondStart({ runDirectory }) {
  const { url, processes } = readInstance(runDirectory)
  const running = processes.find(({ name }) => name === "start")
  if (running)
    throw new Error(
      `Plimsoll runs already at ${url} (pid ${running.pid}). For a second one choose other PLIMSOLL_DATA_DIR, PLIMSOLL_RUN_DIR and PORT.`,
    )
  if (processes.length === 0) return
  say.step(`Ending what an earlier start left behind: ${processes.map(({ name, pid }) => `${name} (pid ${pid})`).join(", ")}`)
  await endProcesses(processes)
}

function refuseTakenPort(host, port) {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once("error", (error) => {
      if (error.code === "EADDRINUSE")
        reject(new Error(`Port ${port} at ${host} is taken by another program. Choose another: PORT=${port + 1} npm start`))
      else reject(new Error(`Cannot listen at ${host}, port ${port}: ${error.message}. Set HOST and PORT.`))
    })
    probe.listen({ host, port, exclusive: true }, () => probe.close(() => resolve()))
  })
}

/** `{ ready: true }`, or `{ ready: false, reason }` when all but the engine answers. Throws after a minute. */
async function waitForHealth(healthUrl, signal) {
  const deadline = Date.now() + 60_000
  let last = "no answer"
  while (Date.now() < deadline) {
    const health = await askHealth(healthUrl)
    signal?.throwIfAborted()
    if (health?.status === 200) return { ready: true }
    const [first, ...more] = health?.missing ?? []
    if (first?.name === "engine" && more.length === 0) return { ready: false, reason: first.reason }
    if (health) last = JSON.stringify(health.missing ?? health)
    await delay(100)
  }
  throw new Error(`Plimsoll did not come up within a minute (${healthUrl}: ${last}).`)
}

async function askHealth(healthUrl) {
  try {
    const response = await fetch(healthUrl, { signal: AbortSignal.timeout(3000) })
    return { ...(await response.json()), status: response.status }
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError || error.name === "TimeoutError") return undefined
    throw error
  }
}

/** The operator's random first password: the server leaves it in the run directory until it is changed or the host reboots. */
export function firstPassword(runDirectory) {
  const path = join(runDirectory, "first-password")
  return existsSync(path) ? readFileSync(path, "utf8").trim() : undefined
}
