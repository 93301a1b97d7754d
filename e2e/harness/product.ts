import { spawn } from "node:child_process"
import { chmod, chown, cp, mkdtemp, readFile, rm } from "node:fs/promises"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { freePort } from "./free-port.js"

const repository = fileURLToPath(new URL("../..", import.meta.url)).replace(/\/$/, "")

const NOBODY = 65534

export interface ProductOptions {
  /** Programs of the host that this product is not to find. */
  hideTools?: string[]
  /** Start it as the user `nobody`, who sees the checkout at a place that it can read. */
  asNobody?: boolean
  /** Operator's first password; absent: the random one that the product prints. */
  password?: string
}

/** A whole Plimsoll of its own: started as `npm start` does, with its own directories and port. */
export interface Product {
  url: string
  username: string
  password: string
  /** With which other scripts reach this instance. */
  environment: NodeJS.ProcessEnv
  /** What `npm start` printed since it was last started. */
  output(): string
  /** KILL to the server process, as a crash would. */
  killServer(): Promise<void>
  /** TERM to `npm start`; resolves with its exit code. */
  stop(): Promise<number | null>
  /** The same instance once more. */
  startAgain(): Promise<void>
  /** Stops it, removes its containers and deletes its directories. */
  [Symbol.asyncDispose](): Promise<void>
}

/** Starts the product and resolves when it says that it is ready. Rejects with its output when it does not come up, leaving nothing behind. */
export async function startProduct(options: ProductOptions = {}): Promise<Product> {
  const dataDirectory = await mkdtemp("/var/tmp/plimsoll-e2e-")
  const runDirectory = await mkdtemp("/run/plimsoll-e2e-")
  // As the product makes them itself: containers' users pass through, but cannot look around.
  for (const directory of [dataDirectory, runDirectory]) await chmod(directory, 0o711)
  const port = await freePort()
  const environment: NodeJS.ProcessEnv = {
    ...process.env,
    HOST: "127.0.0.1",
    PORT: `${port}`,
    PLIMSOLL_DATA_DIR: dataDirectory,
    PLIMSOLL_RUN_DIR: runDirectory,
  }
  delete environment.PLIMSOLL_OPERATOR_PASSWORD
  if (options.password) environment.PLIMSOLL_OPERATOR_PASSWORD = options.password

  if (options.asNobody) for (const directory of [dataDirectory, runDirectory]) await chown(directory, NOBODY, NOBODY)

  let running = runStart(environment, options)
  const takeAway = async () => {
    await running.stop()
    // Playwright empties the directory before each run: what a failed test's product said can be read there.
    await cp(join(dataDirectory, "logs"), join(repository, "test-results/logs", `${port}`), { recursive: true, force: true })
    await purge(environment)
    await rm(dataDirectory, { recursive: true, force: true })
    await rm(runDirectory, { recursive: true, force: true })
  }
  try {
    await running.ready
    const password = options.password ?? /Password\s+(\S+)/.exec(running.output())?.[1]
    if (!password) throw new Error(`npm start printed no password:\n${running.output()}`)
    return {
      url: `http://127.0.0.1:${port}`,
      username: "operator",
      password,
      environment,
      output: () => running.output(),
      killServer: () => killServer(runDirectory),
      stop: () => running.stop(),
      async startAgain() {
        running = runStart(environment, options)
        await running.ready
      },
      [Symbol.asyncDispose]: takeAway,
    }
  } catch (error) {
    await takeAway()
    throw error
  }
}

/** One run of `npm start`. `ready` rejects with what it printed when it ends before it is ready. */
export function runStart(environment: NodeJS.ProcessEnv, { hideTools = [], asNobody = false }: ProductOptions = {}) {
  const start = [process.execPath, join(repository, "scripts/start.mjs"), "--no-host-setup"] as const
  const [command, ...args] = hideTools.length > 0 ? withoutTools(hideTools, start) : asNobody ? withoutRoot(environment) : start
  const child = spawn(command, args, { cwd: repository, env: environment, stdio: ["ignore", "pipe", "pipe"] })
  let text = ""
  const exited = new Promise<number | null>((resolve) => child.once("close", (code) => resolve(code)))
  const ready = new Promise<void>((resolve, reject) => {
    const take = (chunk: Buffer) => {
      text += chunk.toString("utf8")
      if (text.includes("Ready after") && text.includes("Ctrl-C stops")) resolve()
    }
    child.stdout.on("data", take)
    child.stderr.on("data", take)
    void exited.then((code) => reject(new Error(`npm start ended with ${code} before it was ready:\n${text}`)))
  })
  // Who waits for the end alone need not wait for readiness.
  ready.catch((error: unknown) => error)
  return {
    ready,
    exited,
    output: () => text,
    stop() {
      child.kill("SIGTERM")
      return exited
    },
  }
}

/** `npm start` without root's rights, of the checkout bound to where `nobody` can read it, in a mount namespace of its own. */
function withoutRoot({ PLIMSOLL_DATA_DIR }: NodeJS.ProcessEnv): [string, ...string[]] {
  const view = `${PLIMSOLL_DATA_DIR}/checkout`
  const script = 'mkdir -p "$1" && mount --rbind -- "$2" "$1" && cd "$1" && shift 2 && exec "$@"'
  const drop = ["setpriv", "--reuid", `${NOBODY}`, "--regid", `${NOBODY}`, "--clear-groups", "--"]
  const start = [process.execPath, `${view}/scripts/start.mjs`]
  return ["unshare", "--mount", "--propagation", "private", "--", "/bin/sh", "-c", script, "sh", view, repository, ...drop, ...start]
}

/** The same command in a mount namespace of its own in which the tools are no programs. */
function withoutTools(tools: readonly string[], command: readonly string[]): [string, ...string[]] {
  const script =
    'n=$1; shift; while [ "$n" -gt 0 ]; do for d in /usr/local/sbin /usr/local/bin /usr/sbin /usr/bin /sbin /bin; do if [ -f "$d/$1" ]; then mount --bind /dev/null "$d/$1" || exit 1; fi; done; shift; n=$((n-1)); done; exec "$@"'
  return ["unshare", "--mount", "--propagation", "private", "--", "/bin/sh", "-c", script, "sh", `${tools.length}`, ...tools, ...command]
}

async function killServer(runDirectory: string): Promise<void> {
  const noted = JSON.parse(await readFile(join(runDirectory, "instance.json"), "utf8")) as { processes: { name: string; pid: number }[] }
  const server = noted.processes.find(({ name }) => name === "server")
  if (!server) throw new Error("no server is noted in instance.json")
  process.kill(server.pid, "SIGKILL")
}

/** Takes away the instance's containers and whatever it holds on the host, by the engine itself. */
async function purge(environment: NodeJS.ProcessEnv): Promise<void> {
  const child = spawn(process.execPath, [join(repository, "scripts/purge.mjs"), "--yes"], {
    env: environment,
    stdio: ["ignore", "pipe", "pipe"],
  })
  let text = ""
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => {
      text += chunk.toString("utf8")
    })
  }
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve))
  if (code !== 0) throw new Error(`purge failed:\n${text}`)
}
