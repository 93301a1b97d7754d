// npm run move-database -- --from URL --to URL [--replace]: copies a console's data from SQLite to PostgreSQL or back; see docs/reference/database.md.
import { buildProduct } from "./lib/build-product.mjs"
import { installDependencies } from "./lib/dependencies.mjs"
import { readFlags } from "./lib/read-flags.mjs"
import { requireNode } from "./lib/require-node.mjs"
import { say } from "./lib/say.mjs"

const { values } = readFlags({
  options: { from: { type: "string" }, to: { type: "string" }, replace: { type: "boolean", default: false } },
})

try {
  requireNode()
  if (!values.from || !values.to)
    throw new Error(
      "From where to where? npm run move-database -- --from file:/var/lib/plimsoll/console.db --to postgresql://USER:PASSWORD@HOST:5432/DATABASE",
    )
  await installDependencies()
  await buildProduct({ only: "engine and server" })
  const { moveDatabase } = await import("@plimsoll/server/move-database")
  say.title("Moving the console's data")
  const moved = await moveDatabase({ from: values.from, to: values.to, replace: values.replace })
  for (const { table, rows, checksum } of moved) say.line(`    ${table.padEnd(20)} ${`${rows}`.padStart(10)} rows   checksum ${checksum}`)
  const rows = moved.reduce((sum, one) => sum + one.rows, 0)
  say.done(
    `${rows} rows in ${moved.length} tables are there, and each table is the same as where it came from. What was there is still there.`,
  )
  say.line(
    "      Start the console with DATABASE_URL naming the new one, and the same PLIMSOLL_DATA_DIR: it has the key that sealed secrets are opened with.",
  )
} catch (error) {
  say.error(error.message)
  process.exitCode = 1
}
