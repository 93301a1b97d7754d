import { spawn } from "node:child_process"
import { once } from "node:events"
import { mkdirSync, writeFileSync } from "node:fs"
import { createServer } from "node:net"
import { join } from "node:path"
import { setTimeout as delay } from "node:timers/promises"

/**
 * docker-registry at the same loopback address here and in the namespace of the peers, over the same files. Resolves with `{ host, close }`;
 * `directory` is the caller's to remove.
 */
export async function openRegistry({ directory, inside }) {
  mkdirSync(directory, { recursive: true })
  const host = `127.0.0.1:${await freePort()}`
  const config = join(directory, "config.yml")
  // JSON is YAML.
  writeFileSync(
    config,
    JSON.stringify({
      version: 0.1,
      log: { level: "error", accesslog: { disabled: true } },
      storage: { filesystem: { rootdirectory: join(directory, "data") } },
      http: { addr: host },
    }),
  )
  const programs = [["docker-registry", ["serve", config]], inside("docker-registry", ["serve", config])]
  const servers = programs.map(([command, args]) => spawn(command, args, { stdio: "ignore" }))
  const close = async () => {
    for (const server of servers) {
      if (server.exitCode !== null) continue
      const exited = once(server, "exit")
      server.kill("SIGTERM")
      await exited
    }
  }
  for (let attempt = 0; !(await answers(host)); attempt++) {
    if (attempt > 200 || servers.some(({ exitCode }) => exitCode !== null)) {
      await close()
      throw new Error("docker-registry did not come up")
    }
    await delay(50)
  }
  return { host, close }
}

async function answers(host) {
  try {
    return (await fetch(`http://${host}/v2/`)).ok
  } catch {
    // Not yet.
    return false
  }
}

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1")
  await once(server, "listening")
  const { port } = server.address()
  server.close()
  await once(server, "close")
  return port
}
