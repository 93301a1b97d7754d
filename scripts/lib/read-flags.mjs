import { parseArgs } from "node:util"
import { say } from "./say.mjs"

/** `parseArgs` whose refusal is one line instead of a stack; ends the process with code 2. */
export function readFlags(config) {
  try {
    return parseArgs(config)
  } catch (error) {
    if (!error.code?.startsWith("ERR_PARSE_ARGS")) throw error
    say.error(
      `${error.message.replace(/\.?$/, ".")} There are: ${Object.keys(config.options)
        .map((name) => `--${name}`)
        .join(" ")}`,
    )
    process.exit(2)
  }
}
