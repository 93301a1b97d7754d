import { UNLIMITED } from "./rlimits.js"

/** JSON of a configuration or process. RLIM_INFINITY, which no JavaScript number holds, takes the place of `UNLIMITED`. */
export function serializeConfig(config: object): string {
  return JSON.stringify(config).replaceAll(new RegExp(`"(soft|hard)":${UNLIMITED}`, "g"), `"$1":18446744073709551615`)
}
