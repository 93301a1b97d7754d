#!/usr/bin/env node
// Stands in for Prisma's native schema engine, so that nothing is downloaded: the engine's JSON-RPC over standard input
// and output, answered by @prisma/schema-engine-wasm with the driver adapter. It serves `prisma migrate diff`,
// `migrate dev`, `migrate status` and `db push` on SQLite, and `migrate diff` and `migrate status` on PostgreSQL.
//
//   prisma CLI ── {"id":1,"method":"diff","params":…}\n ──▶ this program ──▶ wasm engine ──▶ better-sqlite3 or pg
//              ◀─ {"id":1,"result":…}\n ──────────────────
import { existsSync, readFileSync, rmSync } from "node:fs"
import { readFile } from "node:fs/promises"
import { dirname, join, resolve } from "node:path"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"
import { PrismaBetterSqlite3 } from "@prisma/adapter-better-sqlite3"
import { PrismaPg } from "@prisma/adapter-pg"
import { bindMigrationAwareSqlAdapterFactory, isDriverAdapterError } from "@prisma/driver-adapter-utils"

const argv = process.argv.slice(2)
const options = (name) => argv.flatMap((value, index) => (value === name && argv[index + 1] !== undefined ? [argv[index + 1]] : []))
const url = JSON.parse(options("--datasource")[0] ?? "{}").url ?? "file::memory:"
// Types of PostgreSQL's catalogue: the internal "char", and one that is read alike.
const [CHAR, BPCHAR] = [18, 1042]
const isPostgresql = /^postgres(ql)?:/.test(url)
const databaseFile = resolve(url.replace(/^file:/, "").split("?")[0])

if (argv.includes("--version")) {
  console.log("schema-engine-cli wasm")
} else if (argv.includes("cli")) {
  process.exitCode = await databaseCommand(argv[argv.indexOf("cli") + 1])
} else {
  await serve()
}

/** `can-connect-to-database`, `create-database`, `drop-database`: answered by exit code and a line on standard error. */
async function databaseCommand(command) {
  if (isPostgresql) return command === "can-connect-to-database" ? 0 : refuseOnPostgresql(command)
  if (command === "drop-database") removeDatabase()
  if (command === "can-connect-to-database" && !existsSync(databaseFile)) {
    report("ERROR", { message: "The database does not exist", error_code: "P1003" })
    return 1
  }
  if (command === "create-database") await (await new PrismaBetterSqlite3({ url }).connect()).dispose()
  return 0
}

/** Made and dropped by hand: what was connected to by mistake must not go. */
function refuseOnPostgresql(command) {
  report("ERROR", { message: `${command} is not for PostgreSQL: use psql`, error_code: "P1010" })
  return 1
}

function removeDatabase() {
  for (const suffix of ["", "-wal", "-shm", "-journal"]) rmSync(databaseFile + suffix, { force: true })
}

function report(level, fields) {
  process.stderr.write(`\n${JSON.stringify({ level, target: "schema_engine::logger", fields })}`)
}

/** Answers requests one after the other until standard input ends. */
async function serve() {
  globalThis.PRISMA_WASM_PANIC_REGISTRY = { set_message: (message) => report("ERROR", { message }) }
  // Traps of the WebAssembly module surface here; 101 is what the CLI knows as a panic.
  process.on("uncaughtException", (error) => {
    report("ERROR", { message: error.message, backtrace: error.stack })
    process.exit(101)
  })
  const send = (message) => process.stdout.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`)
  let opened
  for await (const line of createInterface({ input: process.stdin })) {
    const { id, method, params } = JSON.parse(line)
    if (method === undefined) continue // the CLI's answer to our `print`
    try {
      if (method === "reset" && isPostgresql) throw new Error("reset is not for PostgreSQL: make a new database")
      if (method === "reset") {
        opened?.engine.free()
        opened = undefined
        removeDatabase()
        send({ id, result: null })
        continue
      }
      opened ??= await openEngine()
      const result = await opened.engine[method === "getDatabaseVersion" ? "version" : method](params)
      if (method === "diff" && result.stdout) send({ id: `print-${id}`, method: "print", params: { content: result.stdout } })
      send({ id, result: result ?? null })
    } catch (error) {
      const message = causeOf(error, opened?.adapter)
      send({ id, error: { code: 4466, message: error.message, data: { is_panic: false, message, error_code: error.code } } })
    }
  }
}

/** The driver's own error, which the engine only numbers. */
function causeOf(error, adapter) {
  const numbered = /External error id#(\d+)/.exec(error.message)
  const external = numbered && adapter?.errorRegistry.consumeError(Number(numbered[1]))?.error
  return external ? String(external.message) : error.message
}

function adapterFactory() {
  return isPostgresql ? new PrismaPg({ connectionString: url }, { schema: "public" }) : new PrismaBetterSqlite3({ url })
}

async function openEngine() {
  const schemas = options("--datamodels").map((path) => [path, readFileSync(path, "utf8")])
  const adapter = bindMigrationAwareSqlAdapterFactory(patchFactory(adapterFactory()))
  const { SchemaEngine } = await loadWasm()
  const debug = (message) => process.env.DEBUG && process.stderr.write(`${message}\n`)
  return { adapter, engine: await SchemaEngine.new({ datamodels: schemas.length > 0 ? schemas : undefined }, debug, adapter) }
}

/** Node cannot import a WebAssembly module as ESM yet: instantiate it by hand. */
async function loadWasm() {
  const bindings = await import("@prisma/schema-engine-wasm/schema_engine_bg")
  const directory = dirname(fileURLToPath(import.meta.resolve("@prisma/schema-engine-wasm")))
  const binary = await readFile(join(directory, "schema_engine_bg.wasm"))
  const { instance } = await WebAssembly.instantiate(binary, { "./schema_engine_bg.js": bindings })
  bindings.__wbg_set_wasm(instance.exports)
  instance.exports.__wbindgen_start()
  return bindings
}

function patchFactory(factory) {
  const connect = factory.connect.bind(factory)
  const connectToShadowDb = factory.connectToShadowDb.bind(factory)
  factory.connect = async () => patchConnection(await connect())
  factory.connectToShadowDb = async () => patchConnection(await connectToShadowDb())
  return factory
}

function patchConnection(connection) {
  return isPostgresql ? patchPostgresql(connection) : patchSqlite(connection)
}

/** The catalogue has columns of the internal type "char", which the adapter does not know. */
function patchPostgresql(connection) {
  const performIO = connection.performIO.bind(connection)
  connection.performIO = async (query) => {
    const result = await performIO(query)
    for (const field of result.fields ?? []) if (field.dataTypeID === CHAR) field.dataTypeID = BPCHAR
    return result
  }
  return connection
}

function patchSqlite(connection) {
  const queryRaw = connection.queryRaw.bind(connection)
  const executeRaw = connection.executeRaw.bind(connection)
  // The engine takes "no such table _prisma_migrations" for a failure; it means that no migration was applied.
  connection.queryRaw = async (query) => {
    try {
      return await queryRaw(query)
    } catch (error) {
      if (!(isDriverAdapterError(error) && error.cause.kind === "TableDoesNotExist" && query.sql.includes("_prisma_migrations")))
        throw error
      const columnNames = ["id", "checksum", "finished_at", "migration_name", "logs", "rolled_back_at", "started_at", "applied_steps_count"]
      return { columnNames, columnTypes: [7, 7, 10, 7, 7, 10, 10, 0], rows: [] }
    }
  }
  // The shadow database gets whole files of statements, and a prepared statement holds one.
  connection.executeRaw = async (query) => {
    if (query.args.length > 0) return executeRaw(query)
    await connection.executeScript(query.sql)
    return 0
  }
  return connection
}
