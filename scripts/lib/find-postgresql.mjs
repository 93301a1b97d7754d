import { existsSync, readdirSync } from "node:fs"
import { join } from "node:path"

/** `initdb` of the newest PostgreSQL of Debian's and Ubuntu's packages, or undefined. */
export function findPostgresql(versions = "/usr/lib/postgresql") {
  if (!existsSync(versions)) return undefined
  return readdirSync(versions)
    .sort((one, other) => Number(other) - Number(one))
    .map((version) => join(versions, version, "bin/initdb"))
    .find((path) => existsSync(path))
}
