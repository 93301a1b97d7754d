import { existsSync } from "node:fs"
import { join } from "node:path"

/**
 * `criu` of `createEngine` for tests: the one that `npm test` and its kin hand out, else the one that they keep in their cache where the host's own does not work
 * (scripts/criu/test-criu.mjs). Neither: nothing, and the engine looks for itself.
 */
export function testCriu(environment: NodeJS.ProcessEnv = process.env): { criu?: string } {
  const cached = join(environment.PLIMSOLL_TEST_CACHE || "/var/cache/plimsoll-test", "criu/usr/sbin/criu")
  const path = environment.PLIMSOLL_CRIU || (existsSync(cached) ? cached : undefined)
  return path === undefined ? {} : { criu: path }
}
