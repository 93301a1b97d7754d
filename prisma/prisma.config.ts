import { join } from "node:path"
import { defineConfig } from "prisma/config"

const here = import.meta.dirname
const provider = process.env.DATABASE_PROVIDER === "postgresql" ? "postgresql" : "sqlite"

// Prisma's native schema engine would be downloaded; this one is a program of ours over its WebAssembly build.
process.env.PRISMA_SCHEMA_ENGINE_BINARY ??= join(here, "schema-engine.mjs")
process.env.CHECKPOINT_DISABLE ??= "1"

export default defineConfig({
  schema: join(here, provider),
  migrations: { path: join(here, provider, "migrations") },
  datasource: { url: process.env.DATABASE_URL ?? `file:${join(here, "development.db")}` },
})
