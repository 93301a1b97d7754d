import { readdirSync, readFileSync } from "node:fs"
import { unlessGone } from "../lib/unless-gone.mjs"

/** Pids of the processes whose name begins with `program` and whose command line holds `argument`. One that ends meanwhile is none. */
export function pidsOf(program, argument) {
  const read = (pid, file) => unlessGone(() => readFileSync(`/proc/${pid}/${file}`, "utf8"), "")
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && read(name, "comm").startsWith(program) && read(name, "cmdline").includes(argument))
    .map(Number)
}
