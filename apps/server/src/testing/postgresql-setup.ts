import type { TestProject } from "vitest/node"
import { startPostgresql } from "./postgresql-server.js"

declare module "vitest" {
  interface ProvidedContext {
    /** Address in the PostgreSQL in which this project's tests make their databases; absent: they make files of SQLite. */
    postgresql: string
  }
}

/** One PostgreSQL for all files of the project. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await startPostgresql()
  project.provide("postgresql", server.url("postgres"))
  return () => server.remove()
}
