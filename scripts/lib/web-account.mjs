import { spawnSync } from "node:child_process"
import { mkdirSync, readFileSync, realpathSync } from "node:fs"
import { dirname, join } from "node:path"
import { findProgram } from "./find-program.mjs"
import { repository } from "./repository.mjs"
import { runCommand } from "./run-command.mjs"
import { say } from "./say.mjs"

const USER = "plimsoll"

/** The unprivileged account of the web process: the system user `plimsoll` (made when `create`), or else `nobody`. Undefined without root. */
export async function webAccount({ create }) {
  if (process.getuid() !== 0) return undefined
  const existing = findAccount(USER)
  if (existing) return existing
  if (create && findProgram("useradd")) {
    const made = await runCommand("useradd", [
      "--system",
      "--user-group",
      "--no-create-home",
      "--home-dir",
      "/nonexistent",
      "--shell",
      "/usr/sbin/nologin",
      USER,
    ])
    const account = findAccount(USER)
    if (made.code === 0 && account) {
      say.done(`Made the system user “${USER}” for the web process, which needs no privileges`)
      return account
    }
  }
  return findAccount("nobody") ?? { name: "nobody", uid: 65534, gid: 65534 }
}

function findAccount(name) {
  const line = readFileSync("/etc/passwd", "utf8")
    .split("\n")
    .find((entry) => entry.startsWith(`${name}:`))
  if (!line) return undefined
  const [, , uid, gid] = line.split(":")
  return { name, uid: Number(uid), gid: Number(gid) }
}

// Arguments: count of bind mounts, their source and target pairs, then the program. The mounts are in a namespace of this process alone and go with it.
const VIEW_SCRIPT = 'set -e; n=$1; shift; while [ "$n" -gt 0 ]; do mount --rbind -- "$1" "$2"; shift 2; n=$((n-1)); done; exec "$@"'

/**
 * How to start `entry` (relative to the checkout) as `account`: `{ command, args, options }` for spawn. Where the account cannot
 * reach the checkout or Node itself (below /root, say), the process gets a private mount namespace that shows both to it below the
 * run directory: nothing is copied and no right is loosened. Throws with the command that mends it where the files themselves are closed.
 */
export function unprivilegedCommand({ account, entry, runDirectory }) {
  const direct = {
    command: process.execPath,
    args: [join(repository, entry)],
    options: account ? { uid: account.uid, gid: account.gid } : {},
  }
  if (!account || canRead(account, process.execPath, [join(repository, entry), join(repository, "node_modules/next/package.json")]))
    return direct

  const view = join(runDirectory, "web-view")
  const nodePrefix = dirname(dirname(realpathSync(process.execPath)))
  const shown = [
    { source: repository, target: join(view, "checkout") },
    { source: nodePrefix, target: join(view, "node") },
  ]
  for (const { target } of shown) mkdirSync(target, { recursive: true, mode: 0o755 })
  const node = join(view, "node", realpathSync(process.execPath).slice(nodePrefix.length))
  const drop = ["setpriv", "--reuid", `${account.uid}`, "--regid", `${account.gid}`, "--clear-groups", "--no-new-privs", "--"]
  const mounts = [`${shown.length}`, ...shown.flatMap(({ source, target }) => [source, target])]
  const wrap = (...program) => [
    "--mount",
    "--propagation",
    "private",
    "--",
    "/bin/sh",
    "-c",
    VIEW_SCRIPT,
    "sh",
    ...mounts,
    ...drop,
    ...program,
  ]
  const check = spawnSync("unshare", wrap(node, "-e", READ_CHECK, join(view, "checkout", entry)), { encoding: "utf8", timeout: 20_000 })
  if (check.status === 0) {
    say.step(
      `The user “${account.name}” cannot read ${repository}: the web process gets a view of it at ${view}, in a mount namespace of its own`,
    )
    return { command: "unshare", args: wrap(node, join(view, "checkout", entry)), options: {} }
  }
  throw new Error(
    `The user “${account.name}” cannot read the files of ${repository}, and the web process will not run as root. To mend it: chmod -R o+rX ${repository}`,
  )
}

const READ_CHECK = "for (const path of process.argv.slice(1)) require('node:fs').readFileSync(path)"

function canRead(account, node, paths) {
  const check = spawnSync(node, ["-e", READ_CHECK, ...paths], {
    uid: account.uid,
    gid: account.gid,
    cwd: "/",
    env: { PATH: "/usr/bin:/bin" },
    timeout: 20_000,
  })
  return check.status === 0
}
