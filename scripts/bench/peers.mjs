import { spawn, spawnSync } from "node:child_process"
import { once } from "node:events"
import { closeSync, existsSync, mkdtempSync, openSync, readdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { setTimeout as delay } from "node:timers/promises"
import { findProgram } from "../lib/find-program.mjs"
import { runCommand } from "../lib/run-command.mjs"
import { baseImageTar } from "./base-image.mjs"
import { pidsOf } from "./processes.mjs"

const IMAGE = "bench:1"

/**
 * A place for other engines: their bridges, addresses and firewall rules are in a network namespace that goes with them; their data
 * is in one directory. `only`: names of those that are wanted; `inside` makes a program and its arguments run in that namespace.
 * `close` stops what was started and takes all of it away.
 */
export async function openPeers({ note, only = Object.keys(openers) }) {
  const directory = mkdtempSync("/var/tmp/plimsoll-bench-peers-")
  const namespace = directory.split("/").pop()
  const groupsBefore = new Set(foreignGroups())
  must("ip", ["netns", "add", namespace])
  const inside = (command, args) => ["nsenter", [`--net=/run/netns/${namespace}`, "--", command, ...args]]
  must(...inside("ip", ["link", "set", "lo", "up"]))
  const peers = []
  for (const name of only) {
    const peer = await openers[name]({ directory, inside })
    if (peer.missing) note(peer.missing)
    else peers.push(peer)
  }
  return {
    peers,
    inside,
    async close() {
      for (const peer of peers) await peer.close()
      must("ip", ["netns", "delete", namespace])
      rmSync(directory, { recursive: true, force: true })
      for (const group of foreignGroups().filter((path) => !groupsBefore.has(path))) removeGroup(group)
    },
  }
}

const openers = { docker: openDocker, podman: openPodman }

async function openDocker({ directory, inside }) {
  const [docker, dockerd] = ["/usr/bin/docker", findProgram("dockerd")]
  if (!dockerd || !existsSync(docker)) return { missing: "Docker is not installed (apt-get install docker.io): no comparison with it" }
  const socket = join(directory, "docker.sock")
  const log = openSync(join(directory, "dockerd.log"), "w")
  const [command, args] = inside(dockerd, [
    ...["--data-root", join(directory, "docker"), "--exec-root", join(directory, "docker-run")],
    ...["-H", `unix://${socket}`, "-p", join(directory, "docker.pid"), "--log-level", "warn"],
  ])
  const daemon = spawn(command, args, { stdio: ["ignore", log, log] })
  closeSync(log)
  const exited = once(daemon, "exit")
  const client = (...words) => runCommand(docker, ["-H", `unix://${socket}`, ...words])
  for (let attempt = 0; (await client("version")).code !== 0; attempt++) {
    if (attempt > 150 || daemon.exitCode !== null)
      throw new Error(`dockerd did not come up:\n${readFileSync(join(directory, "dockerd.log"), "utf8")}`)
    await delay(100)
  }
  await importInto(docker, ["-H", `unix://${socket}`, "import", "-", IMAGE])
  const version = (await client("version", "--format", "{{.Server.Version}}")).output.trim().split("+")[0]
  const done = (result) => {
    if (result.code !== 0) throw new Error(`docker: ${result.output}`)
    return result.output.trim()
  }
  return {
    name: `docker ${version}`,
    runTrue: async () => done(await client("run", "--rm", IMAGE, "/bin/true")),
    runSleeping: async () => done(await client("run", "-d", IMAGE, "/bin/sleep", "100000")),
    dataDirectory: join(directory, "docker"),
    pull: async (reference) => done(await client("pull", "--quiet", reference)),
    removeImage: async (reference) => done(await client("rmi", reference)),
    create: async (reference) => done(await client("create", reference)),
    removeAll: async (ids) => done(await client("rm", "-f", ...ids)),
    /** Processes that docker keeps for each container beside the container's own. */
    helperPids: () => pidsOf("containerd-shim", directory),
    async close() {
      daemon.kill("SIGTERM")
      await exited
    },
  }
}

async function openPodman({ directory, inside }) {
  const podman = findProgram("podman")
  if (!podman) return { missing: "Podman is not installed (apt-get install podman): no comparison with it" }
  const configuration = join(directory, "containers.conf")
  writeFileSync(
    configuration,
    [
      '[network]\nnetwork_backend = "netavark"',
      `network_config_dir = "${join(directory, "podman-networks")}"`,
      '[engine]\ncgroup_manager = "cgroupfs"\nevents_logger = "none"',
      '[containers]\ndefault_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]\n',
    ].join("\n"),
  )
  const env = { ...process.env, CONTAINERS_CONF: configuration }
  const global = ["--root", join(directory, "podman"), "--runroot", join(directory, "podman-run")]
  const [command, args] = inside(podman, global)
  await importInto(command, [...args, "import", "-", IMAGE], env)
  const version = spawnSync(podman, ["--version"], { encoding: "utf8" }).stdout.trim().split(" ").pop()
  const network = (await runCommand(command, [...args, "run", "--rm", IMAGE, "/bin/true"], { env })).code === 0 ? [] : ["--network", "none"]
  return {
    name: `podman ${version}${network.length > 0 ? " (no network)" : ""}`,
    async runTrue() {
      const result = await runCommand(command, [...args, "run", "--rm", ...network, IMAGE, "/bin/true"], { env })
      if (result.code !== 0) throw new Error(`podman: ${result.output}`)
    },
    /** Runs the command until it is checkpointed, on the bridge network where there is one. `checkpoint` ends its processes, `restore` brings them back. */
    async openCheckpoints() {
      const runtime = await checkpointingRuntime()
      if (!runtime) return { missing: "neither crun nor runc here was built to checkpoint" }
      const withCriu = { ...env, PATH: `${dirname(process.env.PLIMSOLL_CRIU)}:${env.PATH}` }
      const done = async (...words) => {
        const { code, output } = await runCommand(command, [...args, "--runtime", runtime, ...words], { env: withCriu })
        if (code !== 0) throw new Error(`podman ${words.join(" ")}: ${output}`)
        return output.trim()
      }
      return {
        run: (words) => done("run", "-d", ...network, IMAGE, ...words),
        checkpoint: (id) => done("container", "checkpoint", id),
        restore: (id) => done("container", "restore", id),
        remove: (id) => done("rm", "--force", "--time", "0", id),
      }
    },
    async close() {
      await runCommand(command, [...args, "system", "reset", "--force"], { env })
      const mounts = readFileSync("/proc/self/mounts", "utf8")
        .split("\n")
        .map((line) => line.split(" ")[1])
      for (const mount of mounts.filter((path) => path?.startsWith(directory)).reverse()) must("umount", [mount])
    },
  }
}

/** Absolute path of an OCI runtime that can checkpoint: Debian 12's crun was built without. */
async function checkpointingRuntime() {
  const crun = findProgram("crun")
  if (crun && (await runCommand(crun, ["--version"])).output.includes("+CRIU")) return crun
  return findProgram("runc")
}

async function importInto(command, args, env = process.env) {
  const child = spawn(command, args, { env, stdio: ["pipe", "ignore", "pipe"] })
  let errors = ""
  child.stderr.on("data", (chunk) => {
    errors += chunk
  })
  baseImageTar().stdout.pipe(child.stdin)
  const [code] = await once(child, "close")
  if (code !== 0) throw new Error(`${command} ${args.join(" ")}: ${errors}`)
}

function must(command, args) {
  const result = spawnSync(command, args, { encoding: "utf8" })
  if (result.status !== 0) throw new Error(`${command} ${args.join(" ")}: ${result.stderr}`)
}

/** Groups that Docker and Podman leave behind, empty, in every hierarchy. */
function foreignGroups() {
  const top = "/sys/fs/cgroup"
  const hierarchies = [
    top,
    ...readdirSync(top, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => join(top, name)),
  ]
  return hierarchies.flatMap((path) => ["docker", "libpod_parent"].map((name) => join(path, name))).filter((path) => existsSync(path))
}

function removeGroup(path) {
  for (const entry of readdirSync(path, { withFileTypes: true })) if (entry.isDirectory()) removeGroup(join(path, entry.name))
  rmdirSync(path)
}
