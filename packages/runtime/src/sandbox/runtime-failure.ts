import { EngineError } from "../errors.js"
import { commandNotFound } from "./find-command.js"

/**
 * What an OCI runtime's failure means, told by its wording: crun and runc have no codes for it. `command_not_found` with 127 or 126,
 * `conflict` for an exec in a container that has just ended or is frozen, else `runtime_failed` with what it said.
 */
export function runtimeFailure(failure: { op: "create" | "exec" | "start"; runtime: string; command: string; said: string }): EngineError {
  const said = failure.said.trim().slice(-2000)
  const facts = { op: failure.op, runtime: failure.runtime, said }
  const state = stateAgainst.find(({ wording }) => wording.test(said))
  if (state !== undefined) return new EngineError("conflict", { facts, publicMessage: state.publicMessage })
  const exitCode = notFound.some((wording) => wording.test(said))
    ? 127
    : notExecutable.some((wording) => wording.test(said))
      ? 126
      : undefined
  if (exitCode !== undefined) return commandNotFound(failure.command, exitCode, new EngineError("runtime_failed", { facts }))
  return new EngineError("runtime_failed", {
    facts,
    publicMessage: `The OCI runtime ${failure.runtime} could not ${failure.op} it: ${said === "" ? "it gave no reason." : said.slice(-500)}`,
  })
}

// Of crun, then of runc.
const stateAgainst = [
  {
    wording: /the container `[^`]*` is paused|in a paused container/,
    publicMessage: "The container is frozen just now. Try again when it goes on.",
  },
  { wording: /the container `[^`]*` is not running|in a stopped container/, publicMessage: "The container is not running any more." },
]

// crun names the file itself; runc has it in quotes, which are escaped in its log line.
const notFound = [
  /executable file [^\n]*not found/i,
  /exec container process[^\n]*no such file or directory/i,
  /exec: \\?"[^"\n]*": [^\n]*no such file or directory/i,
]

const notExecutable = [
  // crun before 1.15, from 1.15.
  /open executable/,
  /the path `[^`]*` (exists but it is not executable|is not a regular file)/,
  /exec container process[^\n]*(permission denied|exec format error|is a directory)/i,
  /exec: \\?"[^"\n]*": [^\n]*(permission denied|is a directory)/i,
]
