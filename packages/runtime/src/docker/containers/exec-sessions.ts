import { setTimeout as delay } from "node:timers/promises"
import type { ExecInspect, ExecSession, ExecSpec } from "../../engine.js"
import { EngineError, isEngineError } from "../../errors.js"
import type { DockerContext } from "../docker-context.js"
import { SharedStdio } from "../streams/shared-stdio.js"
import { streamError } from "../translate-error.js"
import type { WireExec } from "../wire.js"
import { resizeTerminal } from "./attach-container.js"
import { findContainer } from "./find-container.js"

interface Live {
  id: string
  containerId: string
  command: string[]
  startedAt: number
  terminal: boolean
  input: boolean
  stdio: SharedStdio
  exited: Promise<{ exitCode: number }>
  /** Once it ended. */
  exitCode?: number
}

/** Ended sessions that are remembered: Docker forgets them five minutes after their end. */
const maximumEnded = 1000

/**
 * Commands run beside a container's process. Docker lets nobody join an exec that runs, so the connection of each is kept here for as
 * long as the engine is open, and who comes back reads on from there. After the engine was opened anew there is no way back into it.
 */
export class ExecSessions {
  readonly #sessions = new Map<string, Live>()

  constructor(private readonly context: DockerContext) {}

  async exec(reference: string, spec: ExecSpec, options: { signal?: AbortSignal } = {}): Promise<ExecSession> {
    const { client } = this.context
    const about = { kind: "container", name: reference, doing: "run a command in it" } as const
    const container = await findContainer(this.context, reference)
    if (container.State?.Status === "paused") throw paused(container.Id)
    const terminal = spec.terminal ?? false
    const { Id } = await client.json<{ Id: string }>({
      method: "POST",
      path: `/containers/${container.Id}/exec`,
      body: execBody(spec),
      about,
    })
    const socket = await client.hijack({ method: "POST", path: `/exec/${Id}/start`, body: { Detach: false, Tty: terminal }, about })
    const stdio = new SharedStdio(socket, terminal)
    const reader = stdio.join()
    const startedAt = this.context.now()
    const exited = this.#exitOf(Id, stdio)
    // Told again by whoever waits for it.
    exited.catch(() => undefined)
    await this.#assertStarted(Id, { stdio, reader, about })
    const live: Live = {
      id: Id,
      containerId: container.Id,
      command: spec.command,
      startedAt,
      terminal,
      input: spec.stdin ?? false,
      stdio,
      exited,
    }
    this.#remember(live)
    if (spec.terminalSize !== undefined) await this.#resizeAtStart(live, spec.terminalSize)
    return this.#session(live, reader, options.signal)
  }

  async join(id: string): Promise<ExecSession> {
    const live = this.#sessions.get(id)
    if (live === undefined) {
      await this.inspect(id)
      throw new EngineError("unsupported", {
        facts: { execId: id },
        publicMessage: "Docker cannot join a command that was started by another connection. Start a new one.",
      })
    }
    if (live.stdio.isOver) throw new EngineError("conflict", { facts: { execId: id }, publicMessage: "The command has ended." })
    return this.#session(live, live.stdio.join())
  }

  async inspect(id: string): Promise<ExecInspect> {
    const live = this.#sessions.get(id)
    if (live?.exitCode !== undefined) return { ...facts(live), running: false, exitCode: live.exitCode }
    if (!/^[0-9a-f]{64}$/.test(id)) throw unknown(id)
    const wire = await this.#ask(id)
    const { entrypoint = "", arguments: rest } = wire.ProcessConfig ?? {}
    const ended = wire.Running !== true && typeof wire.ExitCode === "number"
    return {
      id,
      containerId: live?.containerId ?? wire.ContainerID ?? "",
      command: live?.command ?? [entrypoint, ...(rest ?? [])],
      startedAt: live?.startedAt ?? 0,
      running: wire.Running ?? false,
      ...((wire.Pid ?? 0) > 0 && wire.Running === true ? { pid: wire.Pid ?? 0 } : {}),
      ...(ended ? { exitCode: wire.ExitCode ?? 0 } : {}),
    }
  }

  close(): void {
    for (const { stdio } of this.#sessions.values()) stdio.close()
    this.#sessions.clear()
  }

  #session(live: Live, reader: ReturnType<SharedStdio["join"]>, signal?: AbortSignal): ExecSession {
    const detach = (): void => live.stdio.leave(reader)
    signal?.addEventListener("abort", detach, { once: true })
    return {
      id: live.id,
      stdout: reader.stdout,
      ...(reader.stderr === undefined ? {} : { stderr: reader.stderr }),
      ...(live.input ? { stdin: live.stdio.input() } : {}),
      resize: (size) => resizeTerminal(this.context.client, { kind: "exec", id: live.id, terminal: live.terminal }, size),
      detach,
      exited: live.exited,
    }
  }

  // A short command may have ended while its size is set: that is its end, no failure.
  async #resizeAtStart(live: Live, size: NonNullable<ExecSpec["terminalSize"]>): Promise<void> {
    try {
      await resizeTerminal(this.context.client, { kind: "exec", id: live.id, terminal: live.terminal }, size)
    } catch (error) {
      const { Running } = await this.#ask(live.id)
      if (Running === true) throw error
    }
  }

  #ask(id: string): Promise<WireExec> {
    return this.context.client.json<WireExec>({
      method: "GET",
      path: `/exec/${id}/json`,
      about: { kind: "exec", name: id, doing: "find the command" },
    })
  }

  /** The connection is handed over before the command is tried; whether it runs is told by its pid, or by its end. */
  async #assertStarted(
    id: string,
    { stdio, reader, about }: { stdio: SharedStdio; reader: ReturnType<SharedStdio["join"]>; about: Parameters<typeof streamError>[1] },
  ): Promise<void> {
    for (let pauseMs = 1; ; pauseMs = Math.min(50, pauseMs * 2)) {
      const wire = await this.#ask(id)
      if (wire.Running === true && (wire.Pid ?? 0) > 0) return
      // More output than fits is a command's own.
      if (stdio.isOver || reader.stdout.writableNeedDrain || reader.stderr?.writableNeedDrain) {
        if (wire.Running !== true) refuseIfItNeverRan(reader, (said) => streamError(said, about, this.context.client.endpoint))
        return
      }
      await delay(pauseMs)
    }
  }

  async #exitOf(id: string, stdio: SharedStdio): Promise<{ exitCode: number }> {
    await stdio.ended
    // Docker notes the exit code a moment after the streams ended.
    for (let pauseMs = 1; ; pauseMs = Math.min(50, pauseMs * 2)) {
      const wire = await this.#ask(id).catch((error: unknown) => {
        if (isEngineError(error, "not_found") || isEngineError(error, "conflict")) return { Running: false, ExitCode: 137 }
        throw error
      })
      if (wire.Running !== true) {
        const exitCode = wire.ExitCode ?? -1
        const live = this.#sessions.get(id)
        if (live !== undefined) live.exitCode = exitCode
        return { exitCode }
      }
      await delay(pauseMs)
    }
  }

  #remember(live: Live): void {
    this.#sessions.set(live.id, live)
    void live.exited.then(
      ({ exitCode }) => {
        live.exitCode = exitCode
      },
      () => undefined,
    )
    if (this.#sessions.size <= maximumEnded) return
    for (const [id, { exitCode }] of this.#sessions) {
      if (this.#sessions.size <= maximumEnded) break
      if (exitCode !== undefined) this.#sessions.delete(id)
    }
  }
}

/** How the daemon tells in the command's own output that there was none. */
const failure = /^OCI runtime exec failed|exec failed:|starting container process|runc did not terminate|^Error: (crun|runc|OCI runtime)/i

/** Looks at what has come and puts it back. */
function refuseIfItNeverRan({ stdout, stderr }: ReturnType<SharedStdio["join"]>, refusal: (said: string) => EngineError): void {
  for (const stream of [stdout, stderr]) {
    const said: unknown = stream?.read()
    if (!Buffer.isBuffer(said)) continue
    if (failure.test(said.toString())) throw refusal(said.toString().trim())
    stream?.unshift(said)
  }
}

function execBody(spec: ExecSpec): object {
  return {
    AttachStdin: spec.stdin ?? false,
    AttachStdout: true,
    AttachStderr: spec.terminal !== true,
    Tty: spec.terminal ?? false,
    Cmd: spec.command,
    Privileged: spec.privileged ?? false,
    ...(spec.environment === undefined ? {} : { Env: spec.environment }),
    ...(spec.workingDirectory === undefined ? {} : { WorkingDir: spec.workingDirectory }),
    ...(spec.user === undefined ? {} : { User: spec.user }),
  }
}

function facts({ id, containerId, command, startedAt }: Live): Pick<ExecInspect, "id" | "containerId" | "command" | "startedAt"> {
  return { id, containerId, command, startedAt }
}

function paused(containerId: string): EngineError {
  return new EngineError("conflict", {
    facts: { containerId },
    publicMessage: "The container is paused. Resume it to run a command in it.",
  })
}

function unknown(id: string): EngineError {
  return new EngineError("not_found", { facts: { execId: id.slice(0, 100) }, publicMessage: "There is no such command." })
}
