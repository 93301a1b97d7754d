import { type ChildProcess, spawn, spawnSync } from "node:child_process"
import { once } from "node:events"
import {
  chmodSync,
  closeSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  symlinkSync,
} from "node:fs"
import { connect } from "node:net"
import { basename, join } from "node:path"
import { setTimeout as delay } from "node:timers/promises"

/** A Docker Engine of its own, beside whatever else the machine has: own data, mounts, network and firewall. */
export interface DockerDaemon {
  /** Path of its API's socket. */
  socket: string
  start(): Promise<void>
  /** In good order: its containers end, what it has stays. */
  stop(): Promise<void>
  /** The host's busybox as an image of that name, by `docker import`. */
  importBusybox(reference: string): void
  /** Ends it and takes all of it away. */
  [Symbol.asyncDispose](): Promise<void>
}

// Where it writes beside its own directories: in its mount namespace these go with it.
const OWN_PLACES = ["/run", "/opt", "/var/lib", "/etc/docker"]

/** Starts dockerd and resolves when it answers. Rejects with its log when it does not, leaving nothing behind. */
export async function startDockerDaemon(): Promise<DockerDaemon> {
  const directory = mkdtempSync("/var/tmp/plimsoll-e2e-dockerd-")
  chmodSync(directory, 0o711)
  const socket = join(directory, "api.sock")
  const group = basename(directory)
  let child: ChildProcess | undefined

  async function start(): Promise<void> {
    rmSync(socket, { force: true })
    const log = openSync(join(directory, "daemon.log"), "a")
    const command = [
      ...OWN_PLACES.map((place) => `mkdir -p ${place} && mount -t tmpfs tmpfs ${place}`),
      "ip link set lo up",
      [
        `exec dockerd --data-root ${directory}/data --exec-root ${directory}/run --pidfile ${directory}/pid`,
        `--host unix://${socket} --log-level warn --cgroup-parent /${group}`,
      ].join(" "),
    ].join(" && ")
    child = spawn("unshare", ["--mount", "--net", "--", "sh", "-c", command], { stdio: ["ignore", log, log] })
    closeSync(log)
    for (let attempt = 0; attempt < 600 && child.exitCode === null && child.signalCode === null; attempt++) {
      if (await answers(socket)) return
      await delay(50)
    }
    throw new Error(`dockerd did not come up:\n${readFileSync(join(directory, "daemon.log"), "utf8")}`)
  }

  async function stop(): Promise<void> {
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const exited = once(child, "exit")
    child.kill("SIGTERM")
    await exited
  }

  const daemon: DockerDaemon = {
    socket,
    start,
    stop,
    importBusybox: (reference) => importBusybox({ socket, directory, reference }),
    async [Symbol.asyncDispose]() {
      await stop()
      for (const path of groupsNamed(group)) removeGroup(path)
      rmSync(directory, { recursive: true, force: true })
    },
  }
  try {
    await start()
    return daemon
  } catch (error) {
    await daemon[Symbol.asyncDispose]()
    throw error
  }
}

function importBusybox({ socket, directory, reference }: { socket: string; directory: string; reference: string }): void {
  const root = join(directory, "busybox")
  mkdirSync(join(root, "bin"), { recursive: true })
  copyFileSync(["/bin/busybox", "/usr/bin/busybox"].find((path) => existsSync(path)) ?? "/bin/busybox", join(root, "bin/busybox"))
  for (const name of ["sh", "sleep", "date"]) symlinkSync("busybox", join(root, "bin", name))
  const archive = `${root}.tar`
  run("tar", ["-C", root, "-cf", archive, "."])
  run("/usr/bin/docker", ["--host", `unix://${socket}`, "import", archive, reference])
}

function run(command: string, args: string[]): void {
  const { status, stderr } = spawnSync(command, args, { encoding: "utf8" })
  if (status !== 0) throw new Error(`${command} ${args.join(" ")}: ${stderr}`)
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

/** The cgroups that it was told to be in, in each hierarchy. */
function groupsNamed(name: string): string[] {
  const top = "/sys/fs/cgroup"
  const hierarchies = readdirSync(top, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [join(top, entry.name)] : []))
  return [top, ...hierarchies].map((hierarchy) => join(hierarchy, name)).filter((path) => existsSync(path))
}

function removeGroup(path: string): void {
  for (const entry of readdirSync(path, { withFileTypes: true })) if (entry.isDirectory()) removeGroup(join(path, entry.name))
  rmdirSync(path)
}
