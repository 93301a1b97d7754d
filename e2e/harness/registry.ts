import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { expect } from "@playwright/test"
import { freePort } from "./free-port.js"

/** The distribution's docker-registry on a port of loopback, with one user. */
export interface Registry {
  /** `127.0.0.1:PORT` */
  host: string
  username: string
  password: string
  /** It stops answering in the middle of whatever it does, until `goOn`. */
  hold(): void
  goOn(): void
  [Symbol.asyncDispose](): Promise<void>
}

// bcrypt of the password below: the only kind that the registry reads.
const passwordFile = "ada:$2b$05$abcdefghijklmnopqrstuuOQiyCxlgf/oeuTqixKmWdcYUh4Hjl0a\n"

/** Resolves when it answers. */
export async function startRegistry(): Promise<Registry> {
  const directory = await mkdtemp("/var/tmp/plimsoll-e2e-registry-")
  const host = `127.0.0.1:${await freePort()}`
  const path = (name: string) => join(directory, name)
  await writeFile(path("htpasswd"), passwordFile)
  const config = {
    version: 0.1,
    log: { accesslog: { disabled: true } },
    storage: { filesystem: { rootdirectory: path("data") } },
    http: { addr: host },
    auth: { htpasswd: { realm: "test", path: path("htpasswd") } },
  }
  // JSON is YAML.
  await writeFile(path("config.yml"), JSON.stringify(config))
  const server = spawn("docker-registry", ["serve", path("config.yml")], { stdio: "ignore" })
  const takeAway = async () => {
    await end(server)
    await rm(directory, { recursive: true, force: true })
  }
  try {
    await expect.poll(() => statusOf(`http://${host}/v2/`)).toBe(401)
  } catch (error) {
    await takeAway()
    throw error
  }
  return {
    host,
    username: "ada",
    password: "secret",
    hold: () => server.kill("SIGSTOP"),
    goOn: () => server.kill("SIGCONT"),
    [Symbol.asyncDispose]: takeAway,
  }
}

async function end(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return
  const ended = once(server, "exit")
  // Even one that is held.
  server.kill("SIGKILL")
  await ended
}

/** `undefined` while nothing listens. */
async function statusOf(url: string): Promise<number | undefined> {
  try {
    return (await fetch(url)).status
  } catch {
    return undefined
  }
}
