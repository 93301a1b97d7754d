import { execFile, spawn } from "node:child_process"
import { randomBytes } from "node:crypto"
import { once } from "node:events"
import { chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { promisify } from "node:util"
import pg from "pg"
import { openDatabase } from "../db/open-database.js"

/** A PostgreSQL of the distribution's package in a directory of its own, for tests: nothing it says is durable. */
export interface PostgresqlServer {
  /** Address of a database of its superuser. */
  url(database: string): string
  port: number
  /** By TCP it asks for it. */
  password: string
  /** A new database with this build's schema; with `empty` without any. */
  createDatabase(options?: { empty?: boolean }): Promise<string>
  /** Ends it at once, as a power cut does to its clients. */
  halt(): Promise<void>
  start(): Promise<void>
  /** Ends it and takes its directory away. */
  remove(): Promise<void>
}

const BINARIES = "/usr/lib/postgresql"
const TEMPLATE = "plimsoll_template"
const START_MS = 30_000
const run = promisify(execFile)

export async function startPostgresql(): Promise<PostgresqlServer> {
  const binaries = findBinaries()
  const directory = mkdtempSync(join(tmpdir(), "plimsoll-postgresql-"))
  const owner = process.getuid?.() === 0 ? accountOf("postgres") : undefined
  if (owner) chownSync(directory, owner.uid, owner.gid)
  const data = join(directory, "data")
  const password = randomBytes(12).toString("hex")
  const passwordFile = join(directory, "password")
  writeFileSync(passwordFile, password)
  if (owner) chownSync(passwordFile, owner.uid, owner.gid)
  await run(
    join(binaries, "initdb"),
    [
      ...["-D", data, "-U", "postgres", "-E", "UTF8", "--locale=C", "--no-sync"],
      ...["--auth-local=trust", "--auth-host=scram-sha-256", `--pwfile=${passwordFile}`],
    ],
    { ...owner, cwd: "/" },
  )
  const port = await freePort()
  let child: ReturnType<typeof launch> | undefined

  function launch() {
    const settings = [
      "fsync=off",
      "full_page_writes=off",
      "max_connections=300",
      "shared_buffers=32MB",
      "autovacuum=off",
      "max_wal_senders=0",
      "wal_level=minimal",
    ]
    const args = [
      ...["-D", data, "-k", directory, "-h", "127.0.0.1", "-p", String(port)],
      ...settings.flatMap((setting) => ["-c", setting]),
    ]
    return spawn(join(binaries, "postgres"), args, { ...owner, cwd: "/", stdio: "ignore" })
  }
  const url = (database: string) => `postgresql://postgres@/${database}?host=${encodeURIComponent(directory)}&port=${port}`
  async function start() {
    child = launch()
    const deadline = Date.now() + START_MS
    while (!(await answers(url("postgres")))) {
      if (child.exitCode !== null || Date.now() > deadline) throw new Error(`PostgreSQL in ${directory} did not start`)
      await sleep(20)
    }
  }
  async function end(signal: NodeJS.Signals) {
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const gone = once(child, "exit")
    child.kill(signal)
    await gone
  }
  const admin = (text: string) => withClient(url("postgres"), (client) => client.query(text))

  await start()
  // Its own order of text is a language's: ours must not depend on it.
  const [version] = (
    await withClient(url("postgres"), (client) => client.query<{ n: string }>("SELECT current_setting('server_version_num') AS n"))
  ).rows
  const collation = Number(version?.n) >= 150_000 ? " LOCALE_PROVIDER icu ICU_LOCALE 'en-US'" : ""
  await admin(`CREATE DATABASE ${TEMPLATE} TEMPLATE template0${collation}`)
  await (await openDatabase(url(TEMPLATE))).close()

  let made = 0
  return {
    url,
    port,
    password,
    async createDatabase({ empty = false } = {}) {
      const name = `test_${process.pid}_${++made}_${randomBytes(3).toString("hex")}`
      await admin(`CREATE DATABASE ${name} TEMPLATE ${empty ? "template0" : TEMPLATE}`)
      return url(name)
    },
    halt: () => end("SIGQUIT"),
    start,
    async remove() {
      await end("SIGQUIT")
      rmSync(directory, { recursive: true })
    },
  }
}

/** Making one takes longer than emptying it. */
const spare: string[] = []
const EMPTY = `DO $$ DECLARE one record; BEGIN
  SET LOCAL session_replication_role = replica;
  FOR one IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> '_prisma_migrations' LOOP
    EXECUTE format('DELETE FROM public.%I', one.tablename);
  END LOOP;
  PERFORM setval(format('public.%I', sequencename)::regclass, 1, false) FROM pg_sequences WHERE schemaname = 'public';
END $$`

/** An empty database with this build's schema in the server that the address leads to, until it is given back. */
export async function borrowDatabase(anyUrl: string): Promise<string> {
  const ready = spare.pop()
  if (ready !== undefined) return ready
  const name = `test_${process.pid}_${randomBytes(6).toString("hex")}`
  await withClient(withName(anyUrl, "postgres"), (client) => client.query(`CREATE DATABASE ${name} TEMPLATE ${TEMPLATE}`))
  return withName(anyUrl, name)
}

export async function giveBackDatabase(url: string): Promise<void> {
  await withClient(url, (client) => client.query(EMPTY))
  spare.push(url)
}

const withName = (url: string, name: string) => url.replace(/\/\w+\?/, `/${name}?`)

export async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url })
  client.on("error", () => undefined)
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

async function answers(url: string): Promise<boolean> {
  try {
    await withClient(url, (client) => client.query("SELECT 1"))
    return true
  } catch {
    return false
  }
}

function findBinaries(): string {
  const versions = existsSync(BINARIES) ? readdirSync(BINARIES).sort((a, b) => Number(b) - Number(a)) : []
  const found = versions.map((version) => join(BINARIES, version, "bin")).find((path) => existsSync(join(path, "initdb")))
  if (found === undefined) throw new Error(`There is no PostgreSQL below ${BINARIES}. Install it: apt-get install -y postgresql`)
  return found
}

function accountOf(name: string): { uid: number; gid: number } {
  const [, , uid, gid] = (
    readFileSync("/etc/passwd", "utf8")
      .split("\n")
      .find((line) => line.startsWith(`${name}:`)) ?? ""
  ).split(":")
  if (uid === undefined || gid === undefined) throw new Error(`There is no user ${name}: PostgreSQL refuses to run as root`)
  return { uid: Number(uid), gid: Number(gid) }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1")
  await once(server, "listening")
  const address = server.address()
  server.close()
  await once(server, "close")
  if (address === null || typeof address === "string") throw new Error("no port")
  return address.port
}
