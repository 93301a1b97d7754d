import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import {
  chmodSync,
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from "node:fs"
import { connect } from "node:net"
import { basename, join } from "node:path"
import { setTimeout as delay } from "node:timers/promises"
import { readProcessStat, readProcFile, signalProcess } from "../../kernel/process-stat.js"
import { enterOwnNetworkNamespace } from "../../kernel/testing/own-network-namespace.js"

/** A daemon of another engine with data, mounts, network and firewall of its own. */
export interface TestDaemon {
  socket: string
  directory: string
  start(): Promise<void>
  /** Ends it in good order; its data stays. */
  stop(): Promise<void>
  /** Ends it and takes all of it away. */
  dispose(): Promise<void>
}

interface DaemonPlan {
  /** Shell text that ends in `exec …`; runs in a mount namespace of its own. */
  script(directory: string): string
  environment?(directory: string): NodeJS.ProcessEnv
  /** Before the daemon's directory goes. */
  cleanUp?(directory: string): Promise<void>
}

/** Path of a program, undefined when it is not installed. */
export function installed(name: string): string | undefined {
  return ["/usr/sbin", "/usr/bin", "/sbin", "/bin"].map((directory) => join(directory, name)).find((path) => existsSync(path))
}

/** dockerd with user namespaces (unless `remapsUsers` is false), its data in memory unless they are to be `lasting`, over a stop and a start. The test's thread goes with it into a network namespace of its own. */
export function testDockerd(
  options: { lasting?: boolean; remapsUsers?: boolean; arguments?: readonly string[] } = {},
): Promise<TestDaemon> {
  return testDaemon({
    script: (directory) => {
      // dockerd takes the range of user ids from these files only; in a mount namespace they are its own.
      writeFileSync(join(directory, "subid"), "nobody:300000:65536\n")
      return [
        // In memory: what is tested is what the daemon answers, not how long its disk takes to be sure.
        `mkdir -p ${directory}/data`,
        // Its key goes there, whatever it is told.
        "mount -t tmpfs tmpfs /etc/docker",
        ...(options.lasting === true ? [] : [`mount -t tmpfs -o mode=711 tmpfs ${directory}/data`]),
        `mount --bind ${directory}/subid /etc/subuid`,
        `mount --bind ${directory}/subid /etc/subgid`,
        [
          "exec dockerd",
          `--data-root ${directory}/data --exec-root ${directory}/run --pidfile ${directory}/pid`,
          `--host unix://${directory}/api.sock --log-level warn`,
          `--cgroup-parent /${basename(directory)}`,
          ...(options.arguments ?? []),
          ...(options.remapsUsers === false ? [] : ["--userns-remap nobody:nogroup"]),
        ].join(" "),
      ].join(" && ")
    },
  })
}

/** Podman's Docker API, set up alike. */
export function testPodman(): Promise<TestDaemon> {
  const groupsBefore = new Set(groupsNamed(podmanGroup))
  return testDaemon({
    script: (directory) => {
      writeFileSync(join(directory, "subid"), "containers:300000:10000000\n")
      writeFileSync(join(directory, "containers.conf"), podmanConfiguration(directory))
      // Unlike Docker it does not take loopback for a place where registries need no TLS.
      writeFileSync(join(directory, "registries.conf"), '[[registry]]\nlocation = "127.0.0.1"\ninsecure = true\n')
      return [
        `mkdir -p ${directory}/data && mount -t tmpfs -o mode=711 tmpfs ${directory}/data`,
        `mount --bind ${directory}/subid /etc/subuid`,
        `mount --bind ${directory}/subid /etc/subgid`,
        `exec podman --root ${directory}/data/root --runroot /run/containers system service --time=0 unix://${directory}/api.sock`,
      ].join(" && ")
    },
    environment: (directory) => ({
      CONTAINERS_CONF: join(directory, "containers.conf"),
      CONTAINERS_REGISTRIES_CONF: join(directory, "registries.conf"),
    }),
    cleanUp: async (directory) => {
      endMonitors(directory)
      for (const group of groupsNamed(podmanGroup)) if (!groupsBefore.has(group)) await removeGroup(group, directory)
    },
  })
}

const podmanGroup = "libpod_parent"

/** Those of execs stay for five minutes after the last command, so that its exit code can still be asked for. */
function endMonitors(directory: string): void {
  for (const pid of readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)) {
    const command = readProcFile(`/proc/${pid}/cmdline`) ?? ""
    const startTicks = readProcessStat(pid)?.startTicks
    if (startTicks !== undefined && /^\S*\/conmon\0/.test(command) && command.includes(`${directory}/`))
      signalProcess(pid, startTicks, "SIGKILL")
  }
}

function podmanConfiguration(directory: string): string {
  return [
    '[engine]\ncgroup_manager = "cgroupfs"\nevents_logger = "file"\ntmp_dir = "/run/libpod"',
    `[network]\nnetwork_backend = "netavark"\nnetwork_config_dir = "${directory}/networks"`,
    '[containers]\ninit_path = "/usr/bin/catatonit"\ndefault_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]\n',
  ].join("\n")
}

/** Where these daemons write beside their own directories (sockets, caches, plugins): in their mount namespace it goes with them. */
const ownPlaces = ["/run", "/opt", "/var/lib"].map((place) => `mount -t tmpfs tmpfs ${place}`).join(" && ")

async function testDaemon(plan: DaemonPlan): Promise<TestDaemon> {
  const directory = mkdtempSync("/var/tmp/plimsoll-test-daemon-")
  // A remapped root passes through it on the way to its files.
  chmodSync(directory, 0o711)
  const socket = join(directory, "api.sock")
  const leave = enterOwnNetworkNamespace()
  let child: ChildProcess | undefined
  const stop = async (): Promise<void> => {
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const exited = once(child, "exit")
    child.kill("SIGTERM")
    await exited
    child = undefined
  }
  const start = async (): Promise<void> => {
    rmSync(socket, { force: true })
    const log = openSync(join(directory, "daemon.log"), "a")
    const env = { ...process.env, ...plan.environment?.(directory) }
    child = spawn("unshare", ["--mount", "--", "sh", "-c", `${ownPlaces} && ${plan.script(directory)}`], {
      stdio: ["ignore", log, log],
      env,
      // conmon leaves a file named oom where Podman was started.
      cwd: directory,
    })
    closeSync(log)
    await untilItAnswers(socket, child, directory)
  }
  const daemon: TestDaemon = {
    socket,
    directory,
    start,
    stop,
    dispose: async () => {
      await stop()
      await plan.cleanUp?.(directory)
      for (const group of groupsNamed(basename(directory))) await removeGroup(group, directory)
      rmSync(directory, { recursive: true, force: true })
      leave()
    },
  }
  try {
    await start()
    return daemon
  } catch (error) {
    await daemon.dispose()
    throw error
  }
}

async function untilItAnswers(socket: string, child: ChildProcess, directory: string): Promise<void> {
  for (let attempt = 0; attempt < 600; attempt++) {
    if (child.exitCode !== null || child.signalCode !== null) break
    if (await answers(socket)) return
    await delay(50)
  }
  throw new Error(`the daemon did not come up:\n${readFileSync(join(directory, "daemon.log"), "utf8")}`)
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const connection = connect(path)
    connection.once("error", () => resolve(false))
    connection.once("data", (data) => {
      connection.destroy()
      resolve(data.toString().startsWith("HTTP/1.1 200"))
    })
    connection.write("GET /_ping HTTP/1.1\r\nHost: daemon\r\nConnection: close\r\n\r\n")
  })
}

function groupsNamed(name: string): string[] {
  const top = "/sys/fs/cgroup"
  const hierarchies = readdirSync(top, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [join(top, entry.name)] : []))
  return [top, ...hierarchies].map((hierarchy) => join(hierarchy, name)).filter((group) => existsSync(group))
}

/** Removes a group that the daemon left. Its helpers (Podman's conmon of an exec whose client is gone) and containers may outlive it: they are ended. */
async function removeGroup(path: string, directory: string): Promise<void> {
  for (const entry of readdirSync(path, { withFileTypes: true }))
    if (entry.isDirectory()) await removeGroup(join(path, entry.name), directory)
  for (let pids = pidsOf(path); pids.length > 0; pids = pidsOf(path)) {
    for (const pid of pids) {
      const startTicks = readProcessStat(pid)?.startTicks
      if (startTicks !== undefined && belongsTo(pid, directory)) signalProcess(pid, startTicks, "SIGKILL")
    }
    await delay(20)
  }
  rmdirSync(path)
}

// A helper by its arguments, a container's process by where its root comes from.
function belongsTo(pid: number, directory: string): boolean {
  return ["cmdline", "mountinfo"].some((file) => readProcFile(`/proc/${pid}/${file}`)?.includes(directory) === true)
}

function pidsOf(group: string): number[] {
  return readFileSync(join(group, "cgroup.procs"), "utf8").split("\n").filter(Boolean).map(Number)
}
