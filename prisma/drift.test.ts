import { execFileSync } from "node:child_process"
import { join } from "node:path"
import { expect, it } from "vitest"

const root = join(import.meta.dirname, "..")

it("the migrations make exactly the schema that the models describe", { timeout: 60_000 }, () => {
  const output = execFileSync(
    process.execPath,
    [
      join(root, "node_modules/prisma/build/index.js"),
      "migrate",
      "diff",
      "--config=prisma/prisma.config.ts",
      "--from-migrations=prisma/sqlite/migrations",
      "--to-schema=prisma/sqlite",
      "--exit-code",
    ],
    { cwd: root, encoding: "utf8" },
  )
  expect(output).toContain("No difference detected")
})
