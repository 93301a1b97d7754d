import { execFile } from "node:child_process"
import { chmod, mkdtemp, rm } from "node:fs/promises"
import { basename, join } from "node:path"
import { promisify } from "node:util"
import { afterAll, afterEach, beforeAll, expect, it } from "vitest"
import { createEngine } from "../embedded/create-engine.js"
import { purgeEngine } from "../embedded/purge-engine.js"
import type { ContainerEngine, ContainerInspect, ImageConfig } from "../engine.js"
import type { ContainerSpec } from "../spec/container-spec.js"
import { makeDebianImages } from "./debian-images.js"
import { type DockerRegistry, startDockerRegistry } from "./docker-registry.js"

/*
 * What people run, from Debian's own packages: imported, pushed to a registry, removed here, pulled, and used with its own clients from the
 * host, as its own user, under the engine's default security. Not part of `npm test`: it takes minutes and a Debian mirror.
 * Run by `npm run test:software`.
 */
const run = promisify(execFile)
const minutes = 60_000
const path = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

let directory: string
let engine: ContainerEngine
let registry: DockerRegistry
const created: string[] = []

const software: Record<"postgres" | "redis" | "nginx", { packages: string[]; config: Partial<ImageConfig> }> = {
  postgres: {
    packages: ["postgresql"],
    config: {
      user: "postgres",
      environment: [path, "LC_ALL=C.UTF-8", "PGDATA=/var/lib/postgresql/data"],
      exposedPorts: ["5432/tcp"],
      volumes: ["/var/lib/postgresql"],
      stopSignal: "SIGINT",
      command: ["/bin/bash", "-ec", postgresScript()],
    },
  },
  redis: {
    packages: ["redis-server"],
    config: {
      user: "redis",
      environment: [path],
      exposedPorts: ["6379/tcp"],
      volumes: ["/var/lib/redis"],
      command: "redis-server --bind 0.0.0.0 --protected-mode no --dir /var/lib/redis --appendonly yes".split(" "),
    },
  },
  nginx: {
    packages: ["nginx-light"],
    config: {
      environment: [path],
      exposedPorts: ["80/tcp"],
      volumes: ["/var/www/html"],
      stopSignal: "SIGQUIT",
      command: ["nginx", "-g", "daemon off; error_log /dev/stderr; master_process on;"],
    },
  },
}

function postgresScript(): string {
  return `
    PATH=$(echo /usr/lib/postgresql/*/bin):$PATH
    if ! [ -s "$PGDATA/PG_VERSION" ]; then
      initdb --pwfile=<(echo "$POSTGRES_PASSWORD") --auth-host=scram-sha-256 --auth-local=trust
      echo "host all all all scram-sha-256" >> "$PGDATA/pg_hba.conf"
    fi
    exec postgres -c listen_addresses='*' -c unix_socket_directories=/tmp`
}

beforeAll(async () => {
  directory = await mkdtemp("/var/tmp/plimsoll-test-")
  // Containers' users pass through it on the way to their files.
  await chmod(directory, 0o711)
  engine = await createEngine(options())
  registry = await startDockerRegistry(join(directory, "registry"))
  const mirror = process.env.PLIMSOLL_DEBIAN_MIRROR
  const debian = await makeDebianImages(engine, { directory, reference: "software.test/debian:1", mirror })
  const { credentials } = registry
  for (const [name, { packages, config }] of Object.entries(software)) {
    const reference = `software.test/${name}:1`
    await debian.withPackages(reference, packages, config)
    await engine.images.push(reference, { to: `${registry.host}/${name}:1`, credentials })
    await engine.images.remove(reference)
  }
  await engine.images.remove(debian.base.id)
  await engine.images.collectGarbage({ graceMs: 0 })
  expect((await engine.images.list()).filter(({ references }) => references.some((each) => each.includes("software.test")))).toEqual([])
  for (const name of Object.keys(software)) await engine.images.pull(`${registry.host}/${name}:1`, { credentials })
}, 30 * minutes)

afterEach(async () => {
  for (const id of created.splice(0)) await engine.containers.remove(id, { force: true, removeVolumes: true })
})

afterAll(async () => {
  await registry?.stop()
  await engine?.close()
  await purgeEngine(options())
  await rm(directory, { recursive: true, force: true })
}, 5 * minutes)

function options(): { root: string; runDirectory: string } {
  return { root: join(directory, "engine"), runDirectory: join("/run", basename(directory)) }
}

/** Starts one with its port published on loopback. */
async function start(name: keyof typeof software, containerPort: number, spec: Partial<ContainerSpec>): Promise<ContainerInspect> {
  const ports = [{ containerPort, protocol: "tcp" as const, hostAddress: "127.0.0.1" }]
  const { id } = await engine.containers.create({ image: `${registry.host}/${name}:1`, ports, ...spec })
  created.push(id)
  await engine.containers.start(id)
  return engine.containers.inspect(id)
}

const portOf = (container: ContainerInspect) => String(container.ports[0]?.hostPort)

/** Restarted, and removed and made anew over the same volume: `look` finds the data each time. */
async function findAgain(container: ContainerInspect, again: () => Promise<ContainerInspect>, look: (port: string) => Promise<unknown>) {
  await engine.containers.restart(container.id)
  await look(portOf(await engine.containers.inspect(container.id)))
  await engine.containers.stop(container.id)
  expect((await engine.containers.inspect(container.id)).state).toMatchObject({ status: "exited", exitCode: 0 })
  await engine.containers.remove(container.id)
  created.splice(created.indexOf(container.id), 1)
  await look(portOf(await again()))
}

/** What the engine promises of every container unless it is told otherwise. */
async function expectDefaultSecurity(id: string, user: string): Promise<void> {
  const report = await engine.containers.namespaces(id)
  expect(report).toMatchObject({ noNewPrivileges: true, seccomp: "filter" })
  expect(report.uidMap).toEqual([{ insideId: 0, outsideId: expect.any(Number), count: 65_536 }])
  expect(report.uidMap[0]?.outsideId).toBeGreaterThanOrEqual(65_536)
  const uids = (await engine.containers.top(id)).map((process) => process.uid - (report.uidMap[0]?.outsideId ?? 0))
  const { stdout } = await engine.containers.exec(id, { command: ["id", "-u", user] })
  let expected = ""
  for await (const chunk of stdout) expected += String(chunk)
  expect(uids).toContain(Number(expected))
}

it(
  "PostgreSQL runs as postgres, answers psql on its published port, and has its rows after a restart and in a new container",
  async () => {
    const spec: Partial<ContainerSpec> = {
      environment: ["POSTGRES_PASSWORD=load line"],
      mounts: [{ kind: "volume", volume: "rows", target: "/var/lib/postgresql" }],
      shmSizeBytes: 128 << 20,
    }
    const sql = async (port: string, text: string) => {
      const args = ["--host=127.0.0.1", `--port=${port}`, "--username=postgres", "--no-align", "--tuples-only", "--command", text]
      return (await run("psql", args, { env: { ...process.env, PGPASSWORD: "load line" } })).stdout.trim()
    }
    const answers = (port: string) =>
      expect.poll(() => sql(port, "select 1").catch(String), { timeout: 2 * minutes, interval: 300 }).toBe("1")
    const container = await start("postgres", 5432, spec)
    const port = portOf(container)
    await answers(port)
    await expectDefaultSecurity(container.id, "postgres")
    await sql(port, "create table ships (name text, tonnes int); create index on ships (tonnes)")
    await sql(port, "insert into ships select 'ship ' || n, n from generate_series(1, 20000) n")
    await sql(port, "vacuum analyze ships")
    const rows = async (again: string) => {
      await answers(again)
      expect(await sql(again, "select count(*), sum(tonnes) from ships")).toBe("20000|200010000")
      expect(await sql(again, "select name from ships where tonnes = 4711")).toBe("ship 4711")
    }
    await rows(port)
    await findAgain(container, () => start("postgres", 5432, spec), rows)
  },
  10 * minutes,
)

it(
  "Redis runs as redis, answers redis-cli on its published port, and has its keys after a restart and in a new container",
  async () => {
    const spec: Partial<ContainerSpec> = { mounts: [{ kind: "volume", volume: "keys", target: "/var/lib/redis" }] }
    const redis = async (port: string, ...words: string[]) => (await run("redis-cli", ["-p", port, ...words])).stdout.trim()
    const answers = (port: string) => expect.poll(() => redis(port, "ping").catch(String), { timeout: minutes }).toBe("PONG")
    const container = await start("redis", 6379, spec)
    const port = portOf(container)
    await answers(port)
    await expectDefaultSecurity(container.id, "redis")
    expect(await redis(port, "set", "draught", "7.2 m")).toBe("OK")
    expect(await redis(port, "eval", "for i = 1, 5000 do redis.call('rpush', 'log', i) end return redis.call('llen', 'log')", "0")).toBe(
      "5000",
    )
    const keys = async (again: string) => {
      await answers(again)
      expect(await redis(again, "get", "draught")).toBe("7.2 m")
      expect(await redis(again, "llen", "log")).toBe("5000")
    }
    await findAgain(container, () => start("redis", 6379, spec), keys)
  },
  5 * minutes,
)

it(
  "nginx serves what is in its volume to curl, with workers that have left root, after a restart and in a new container",
  async () => {
    const spec: Partial<ContainerSpec> = { mounts: [{ kind: "volume", volume: "pages", target: "/var/www/html" }] }
    const get = async (port: string, page: string) =>
      (await run("curl", ["--silent", "--show-error", "--fail", `http://127.0.0.1:${port}/${page}`])).stdout
    const container = await start("nginx", 80, spec)
    const port = portOf(container)
    await expect.poll(() => get(port, "").catch(String), { timeout: minutes }).toContain("nginx")
    await expectDefaultSecurity(container.id, "www-data")
    const { exited } = await engine.containers.exec(container.id, { command: ["sh", "-c", "seq 1 100000 > /var/www/html/numbers.txt"] })
    expect(await exited).toEqual({ exitCode: 0 })
    const page = async (again: string) => {
      await expect.poll(() => get(again, "numbers.txt").catch(String), { timeout: minutes }).toMatch(/^1\n2\n/)
      expect((await get(again, "numbers.txt")).trim().split("\n")).toHaveLength(100_000)
    }
    await page(port)
    await findAgain(container, () => start("nginx", 80, spec), page)
  },
  5 * minutes,
)
