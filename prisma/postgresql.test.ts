import { execFile } from "node:child_process"
import { join } from "node:path"
import { promisify } from "node:util"
import { afterAll, beforeAll, expect, inject, it } from "vitest"
import { borrowDatabase, giveBackDatabase } from "../apps/server/src/testing/postgresql-server.js"

const root = join(import.meta.dirname, "..")
let url: string
beforeAll(async () => {
  url = await borrowDatabase(inject("postgresql"))
})
afterAll(() => giveBackDatabase(url))

it("the migrations make exactly the schema that the models describe, on PostgreSQL", { timeout: 60_000 }, async () => {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [
      join(root, "node_modules/prisma/build/index.js"),
      "migrate",
      "diff",
      "--config=prisma/prisma.config.ts",
      "--from-config-datasource",
      "--to-schema=prisma/postgresql",
      "--exit-code",
    ],
    { cwd: root, env: { ...process.env, DATABASE_PROVIDER: "postgresql", DATABASE_URL: url } },
  )
  expect(stdout).toContain("No difference detected")
})
