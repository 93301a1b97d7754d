import { spawn } from "node:child_process"
import { once } from "node:events"
import { mkdir, writeFile } from "node:fs/promises"
import { type AddressInfo, connect, createServer } from "node:net"
import { join } from "node:path"
import { vi } from "vitest"

/** Debian's docker-registry on a port of loopback, with one user. */
export interface DockerRegistry {
  /** `127.0.0.1:PORT` */
  host: string
  credentials: { username: string; password: string }
  stop(): Promise<void>
}

// bcrypt of the password below: the only kind that the registry reads.
const passwordFile = "ada:$2b$05$abcdefghijklmnopqrstuuOQiyCxlgf/oeuTqixKmWdcYUh4Hjl0a\n"

/** Its data are below `directory`. */
export async function startDockerRegistry(directory: string): Promise<DockerRegistry> {
  await mkdir(directory, { recursive: true })
  const host = `127.0.0.1:${await freePort()}`
  const path = (name: string) => join(directory, name)
  await writeFile(path("htpasswd"), passwordFile)
  const config = {
    version: 0.1,
    log: { accesslog: { disabled: true } },
    storage: { filesystem: { rootdirectory: path("data") }, delete: { enabled: true } },
    http: { addr: host },
    auth: { htpasswd: { realm: "test", path: path("htpasswd") } },
  }
  // JSON is YAML.
  await writeFile(path("config.yml"), JSON.stringify(config))
  const server = spawn("docker-registry", ["serve", path("config.yml")], { stdio: "ignore" })
  const exited = once(server, "exit")
  await vi.waitUntil(() => answers(host), { timeout: 20_000 })
  return {
    host,
    credentials: { username: "ada", password: "secret" },
    stop: async () => {
      server.kill("SIGTERM")
      await exited
    },
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1")
  await once(server, "listening")
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, "close")
  return port
}

async function answers(host: string): Promise<boolean> {
  const [address, port] = host.split(":")
  const socket = connect(Number(port), address)
  try {
    await once(socket, "connect")
    return true
  } catch {
    // Not yet.
    return false
  } finally {
    socket.destroy()
  }
}
