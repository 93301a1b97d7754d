import { join } from "node:path"
import { testCache } from "../lib/test-cache.mjs"
import { provideCriu, workingCriu } from "./provide-criu.mjs"

/**
 * Hands a CRIU that works here to what this process starts, as `PLIMSOLL_CRIU`: one that is named there already, the host's, or one in the cache of the tests. With `change` it is provided
 * where there is none. Resolves with why there is none, or undefined; never throws for that.
 */
export async function handOutTestCriu({ change, environment = process.env }) {
  if (environment.PLIMSOLL_CRIU) return undefined
  const prefix = join(testCache, "criu")
  try {
    const criu = change ? await provideCriu({ prefix }) : await workingCriu(prefix)
    if (!criu) return "there is none that works on this kernel: npm run criu"
    environment.PLIMSOLL_CRIU = criu.path
    return undefined
  } catch (error) {
    return error.message
  }
}
