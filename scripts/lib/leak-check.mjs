import { spawnSync } from "node:child_process"
import { existsSync, readdirSync, readFileSync, readlinkSync } from "node:fs"
import { basename, join } from "node:path"
import { findProgram } from "./find-program.mjs"
import { unlessGone } from "./unless-gone.mjs"

const DIRECTORIES = ["/var/lib", "/run", "/var/tmp", "/tmp", "/dev/shm", "/run/netns"]
const CGROUPS = "/sys/fs/cgroup"
const OUR_PROGRAMS = new Set(["conmon", "crun", "runc", "catatonit", "tini", "aardvark-dns"])
const NAMESPACES = ["mnt", "net", "pid", "ipc", "uts", "user", "cgroup", "time"]

const isOurs = (name) => name.includes("plimsoll")
/** Bridges, queues and links of an instance begin with `pl` and the six digits of its root directory. */
const isOurLink = (name) => /^pl[0-9a-f]{6}/.test(name) || isOurs(name)

/**
 * Everything of ours that is on this host now, as lines like `mount /run/plimsoll/…`. Two snapshots compared show what was left
 * behind: whatever it may be called, our things carry the instance's name or tag.
 */
export function takeInventory() {
  const processes = listProcesses()
  const found = [...mounts(), ...cgroups(), ...links(), ...tables(), ...files()]
  for (const process of processes.filter(({ ours }) => ours)) {
    found.push(`process ${process.pid} ${process.command}`)
    for (const namespace of process.namespaces) found.push(`namespace ${namespace} of process ${process.pid}`)
  }
  return new Set(found)
}

/** What is there now and was not before. */
export function newSince(before, after = takeInventory()) {
  return [...after].filter((line) => !before.has(line)).sort()
}

function mounts() {
  return readFileSync("/proc/self/mountinfo", "utf8")
    .split("\n")
    .filter((line) => isOurs(line))
    .map((line) => `mount ${line.split(" ")[4]}`)
}

function cgroups() {
  if (!existsSync(CGROUPS)) return []
  const hierarchies = [CGROUPS, ...subdirectories(CGROUPS)]
  return hierarchies
    .flatMap((path) => subdirectories(path).filter((child) => isOurs(basename(child))))
    .flatMap((path) => [path, ...descendants(path)].map((group) => `cgroup ${group}`))
}

function descendants(path) {
  return subdirectories(path).flatMap((child) => [child, ...descendants(child)])
}

function subdirectories(path) {
  return entries(path)
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(path, entry.name))
}

function links() {
  return entries("/sys/class/net")
    .filter(({ name }) => isOurLink(name))
    .map(({ name }) => `link ${name}`)
}

function tables() {
  const nft = findProgram("nft")
  if (!nft) return []
  const { stdout } = spawnSync(nft, ["list", "tables"], { encoding: "utf8" })
  return (stdout ?? "")
    .split("\n")
    .filter((line) => isOurs(line) || /\bpl[0-9a-f]{6}/.test(line))
    .map((line) => `nftables ${line}`)
}

function files() {
  return DIRECTORIES.flatMap((directory) =>
    entries(directory)
      .filter(({ name }) => isOurs(name))
      .map(({ name }) => `file ${join(directory, name)}`),
  )
}

function listProcesses() {
  const own = new Set(NAMESPACES.map((kind) => link(`/proc/self/ns/${kind}`)))
  return entries("/proc")
    .filter(({ name }) => /^\d+$/.test(name) && name !== `${process.pid}`)
    .map(({ name }) => {
      const command = read(`/proc/${name}/cmdline`).replaceAll("\0", " ").trim()
      const inOurCgroup = read(`/proc/${name}/cgroup`)
        .split("\n")
        .some((line) =>
          line
            .split(":")
            .slice(2)
            .join(":")
            .split("/")
            .some((part) => part.startsWith("plimsoll")),
        )
      const program = basename(command.split(" ")[0] ?? "")
      const ours = inOurCgroup || (OUR_PROGRAMS.has(program) && command.includes("plimsoll"))
      const namespaces = ours
        ? NAMESPACES.map((kind) => link(`/proc/${name}/ns/${kind}`)).filter((target) => target && !own.has(target))
        : []
      return { pid: Number(name), command: command.slice(0, 160), ours, namespaces }
    })
}

const read = (path) => unlessGone(() => readFileSync(path, "utf8"), "")
const link = (path) => unlessGone(() => readlinkSync(path), "")
const entries = (path) => unlessGone(() => readdirSync(path, { withFileTypes: true }), [])
