import { homedir, tmpdir } from "node:os"
import { join, resolve } from "node:path"

/**
 * What the scripts read from the environment (docs/reference/configuration.md). Without root the system directories are out of
 * reach, so that the defaults move to the user's own.
 */
export function readSettings(env = process.env, uid = process.getuid()) {
  const root = uid === 0
  const dataDirectory = resolve(
    env.PLIMSOLL_DATA_DIR || (root ? "/var/lib/plimsoll" : join(env.XDG_DATA_HOME || join(homedir(), ".local/share"), "plimsoll")),
  )
  const runDirectory = resolve(env.PLIMSOLL_RUN_DIR || (root ? "/run/plimsoll" : join(env.XDG_RUNTIME_DIR || tmpdir(), `plimsoll-${uid}`)))
  const host = env.HOST || "127.0.0.1"
  const port = Number(env.PORT || 3000)
  if (!Number.isInteger(port) || port < 1 || port > 65535) throw new Error(`PORT must be a number from 1 to 65535, not “${env.PORT}”.`)
  return {
    root,
    dataDirectory,
    runDirectory,
    host,
    port,
    /** Reachable from elsewhere, and no name is listed under which the server would answer there. */
    unnamedOrigin: !/^(127\.|localhost$|::1$)/.test(host) && !env.PLIMSOLL_PUBLIC_ORIGINS,
    url: `http://${host === "0.0.0.0" || host === "::" ? "127.0.0.1" : host.includes(":") ? `[${host}]` : host}:${port}`,
  }
}
