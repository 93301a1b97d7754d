import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import type { StdioSession } from "../../engine.js"
import { EngineError } from "../../errors.js"
import type { OciProcess } from "../config/oci-types.js"
import { ConmonStream } from "../conmon/conmon-stream.js"
import type { SandboxContext } from "../sandbox-context.js"
import type { SandboxExits } from "../sandbox-exits.js"
import { stdioSession } from "../stdio-session.js"
import { execExit, untilExecExit } from "./exec-exits.js"
import { type StartExecOptions, startExec } from "./start-exec.js"

export type ExecExit = { exitCode: number }

/** Of an exec whose conmon was killed: nobody knows. */
export const UNKNOWN_EXIT_CODE = -1

/** See `SandboxDriver.exec`. Who listens for exits hears of its end before `exited` resolves; the record of it stays until `forgetExit`. */
export async function openExec(
  context: SandboxContext,
  exits: SandboxExits,
  options: StartExecOptions,
): Promise<StdioSession & { pid: number; exited: Promise<ExecExit> }> {
  const { id, execId } = options
  const started = await startExec(context, options)
  exits.execStarted(execId)
  const terminal = options.spec.terminal === true
  const session = stdioSession({
    stream: started.stream,
    directory: context.paths.exec(id, execId),
    terminal,
    stdin: options.stdin || terminal,
    endsInputOnClose: options.stdin && !terminal,
  })
  const exited = started.ended.then((reported) => {
    const exitCode = reported ?? execExit(context.paths, id, execId)?.exitCode ?? UNKNOWN_EXIT_CODE
    exits.execEnded(execId, exitCode)
    return { exitCode }
  })
  return { ...session, pid: started.pid, exited }
}

/** See `SandboxDriver.attachExec`. `not_found` when there is no such exec, `conflict` when it has ended. */
export async function rejoinExec(
  context: SandboxContext,
  id: string,
  execId: string,
): Promise<StdioSession & { exited: Promise<ExecExit> }> {
  const directory = context.paths.exec(id, execId)
  if (!existsSync(directory)) {
    throw new EngineError("not_found", { facts: { id, execId }, publicMessage: "There is no such exec session, or it has ended." })
  }
  const process = JSON.parse(readFileSync(join(directory, "process.json"), "utf8")) as OciProcess
  const stream = await ConmonStream.connect(directory)
  const session = stdioSession({ stream, directory, terminal: process.terminal, stdin: true, endsInputOnClose: !process.terminal })
  return { ...session, exited: untilExecExit(context.paths, id, execId).exited.then(({ exitCode }) => ({ exitCode })) }
}
