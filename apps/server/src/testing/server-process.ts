import { spawn } from "node:child_process"
import { once } from "node:events"
import { existsSync, readFileSync } from "node:fs"
import { request } from "node:http"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"

/** Procedures over the socket, with the operator's token. A refusal carries the engine's error code. */
export interface OperatorClient {
  query<T>(procedure: string, input?: unknown): Promise<T>
  mutate<T>(procedure: string, input?: unknown): Promise<T>
}

/** The built server as a process of its own, as `npm start` runs it. Calls reject when it ends before it answered. */
export interface ServerProcess extends OperatorClient {
  /** Body of a GET that answered 200. */
  download(path: string): Promise<string>
  /** What it logged as an error. */
  errors: string[]
  /** `kill -9`; resolves when the process is gone. Calls that are under way reject. */
  kill(): Promise<void>
  /** SIGSTOP holds it still, SIGCONT lets it go on. */
  signal(signal: "SIGSTOP" | "SIGCONT"): void
  /** As the supervisor stops it; resolves with the exit code. */
  stop(): Promise<number | null>
  readonly killed: boolean
}

export interface ServerDirectories {
  dataDirectory: string
  runDirectory: string
  /** Default: a file in the data directory. */
  databaseUrl?: string
  /** As on a kernel that tells no pressure (PSI): there is nothing in /proc/pressure, in a mount namespace of the server's own. */
  withoutPressure?: boolean
}

const MAIN = fileURLToPath(new URL("../../dist/main.js", import.meta.url))
const PINO_ERROR = 50
const PRESSURE = "/proc/pressure"
const hidingPressure = ["unshare", "--mount", "sh", "-c", `mount -t tmpfs none ${PRESSURE} && exec "$0" "$@"`]

/** Spawns the server. `listening` resolves when it takes requests and rejects when it ends before. */
export function spawnServer({ dataDirectory, runDirectory, databaseUrl = "", withoutPressure = false }: ServerDirectories) {
  if (!existsSync(MAIN)) throw new Error(`${MAIN} is not there: build it with npm run types`)
  const [program, ...rest] = [...(withoutPressure && existsSync(PRESSURE) ? hidingPressure : []), process.execPath, MAIN]
  const child = spawn(program ?? process.execPath, rest, {
    env: {
      ...process.env,
      NODE_ENV: "production",
      PLIMSOLL_DATA_DIR: dataDirectory,
      PLIMSOLL_RUN_DIR: runDirectory,
      PLIMSOLL_OPERATOR_PASSWORD: "correct horse battery",
      PLIMSOLL_LOG_LEVEL: "info",
      DATABASE_URL: databaseUrl,
    },
    stdio: ["ignore", "pipe", "inherit"],
  })
  const exited: Promise<number | null> = once(child, "exit").then(([code]) => code)
  const errors: string[] = []
  let killed = false
  const listening = new Promise<void>((resolve, reject) => {
    createInterface({ input: child.stdout }).on("line", (line) => {
      const entry = JSON.parse(line) as { level: number; msg: string }
      if (entry.level >= PINO_ERROR) errors.push(line)
      if (entry.msg === "listening") resolve()
    })
    void exited.then((code) => reject(new Error(`the server ended before it listened, code ${code}: ${errors.join("\n")}`)))
  })
  async function kill(): Promise<void> {
    killed = true
    child.kill("SIGKILL")
    await exited
  }
  async function stop(): Promise<number | null> {
    child.kill("SIGTERM")
    return exited
  }
  const signal = (name: "SIGSTOP" | "SIGCONT") => void child.kill(name)
  return { listening, exited, errors, kill, signal, stop, wasKilled: () => killed }
}

/** Starts the server and resolves when it can be asked. */
export async function startServerProcess(directories: ServerDirectories): Promise<ServerProcess> {
  const { listening, exited, errors, kill, signal, stop, wasKilled } = spawnServer(directories)
  await listening
  const { runDirectory } = directories
  const { openOperatorClient } = await scriptsLibrary<OperatorClientModule>("operator-client.mjs")
  const client = openOperatorClient({ runDirectory })
  const gone = exited.then(() => Promise.reject(new Error("the server ended before it answered")))
  // Nobody may be waiting at the moment when it ends.
  gone.catch(() => undefined)
  return {
    query: <T>(procedure: string, input?: unknown) => Promise.race([client.query<T>(procedure, input), gone]),
    mutate: <T>(procedure: string, input?: unknown) => Promise.race([client.mutate<T>(procedure, input), gone]),
    download: (path) => Promise.race([get(runDirectory, path), gone]),
    errors,
    kill,
    signal,
    stop,
    get killed() {
      return wasKilled()
    },
  }
}

interface OperatorClientModule {
  openOperatorClient(options: { runDirectory: string }): OperatorClient
}

/** A helper of the scripts: plain JavaScript, which the compiler sees no types of. */
export async function scriptsLibrary<T>(name: string): Promise<T> {
  return (await import(new URL(`../../../../scripts/lib/${name}`, import.meta.url).href)) as T
}

function get(runDirectory: string, path: string): Promise<string> {
  const authorization = `Bearer ${readFileSync(join(runDirectory, "operator.token"), "utf8")}`
  return new Promise((resolve, reject) => {
    const headers = { host: "localhost", authorization }
    const outgoing = request({ socketPath: join(runDirectory, "server.sock"), path, headers }, (response) => {
      let body = ""
      response.setEncoding("utf8")
      response.on("data", (chunk: string) => {
        body += chunk
      })
      response.on("error", reject)
      response.on("end", () => (response.statusCode === 200 ? resolve(body) : reject(new Error(`${response.statusCode}: ${body}`))))
    })
    outgoing.on("error", reject)
    outgoing.end()
  })
}
