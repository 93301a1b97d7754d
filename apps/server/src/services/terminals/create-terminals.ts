import { type ContainerApi, type ContainerEngine, EngineError, isEngineError } from "@plimsoll/runtime"
import type { Hosts } from "../hosts/hosts.js"
import type { SignedIn } from "../session/sessions.js"
import { TerminalSession } from "./terminal-session.js"
import type { Terminals } from "./terminals.js"
import type { Tickets } from "./tickets.js"

/** A terminal that ended is kept so long, for a browser that is just reconnecting. */
const ENDED_KEPT_MS = 60_000
/** A terminal at which nobody looks is let go after this; its process goes on and can be joined again. */
const UNWATCHED_MS = 30 * 60_000
/** Each keeps its last screenfuls in memory. */
const MAXIMUM_OPEN = 256
const SHELLS = ["/bin/bash", "/bin/sh"]

/** A terminal and what gives it back when its viewer leaves. */
export interface ConnectedTerminal {
  execId: string | null
  terminal: boolean
  session: TerminalSession
  release: () => void
}

export interface RunningTerminals extends Terminals {
  /** Uses the ticket up. `permission_denied`: it is not valid (any more). */
  connect(session: SignedIn, ticket: string): Promise<ConnectedTerminal>
  /** Lets go of all; processes go on. */
  close(): void
}

interface Kept {
  host: string
  session: TerminalSession
  viewers: number
  timer: NodeJS.Timeout | undefined
}

export interface TerminalsDependencies {
  hosts: Pick<Hosts, "engineOf" | "ofContainer" | "hostOfExec">
  tickets: Tickets
}

export function createTerminals({ hosts, tickets }: TerminalsDependencies): RunningTerminals {
  const kept = new Map<string, Kept>()

  function forgetLater(execId: string, entry: Kept, delayMs: number) {
    clearTimeout(entry.timer)
    entry.timer = setTimeout(() => {
      if (kept.get(execId) === entry) kept.delete(execId)
      entry.session.detach()
    }, delayMs).unref()
  }

  function keep(host: string, exec: Awaited<ReturnType<ContainerApi["attachExec"]>>): Kept {
    const session = new TerminalSession(exec, exec.exited, () => forgetLater(exec.id, entry, ENDED_KEPT_MS))
    const entry: Kept = { host, session, viewers: 0, timer: undefined }
    kept.set(exec.id, entry)
    forgetLater(exec.id, entry, UNWATCHED_MS)
    return entry
  }

  async function connectExec(execId: string, host: string): Promise<ConnectedTerminal> {
    const entry = kept.get(execId) ?? keep(host, await hosts.engineOf(host).containers.attachExec(execId))
    entry.viewers++
    clearTimeout(entry.timer)
    const release = () => {
      entry.viewers--
      if (entry.viewers === 0) forgetLater(execId, entry, UNWATCHED_MS)
    }
    return { execId, terminal: true, session: entry.session, release }
  }

  async function connectContainer(id: string, host: string): Promise<ConnectedTerminal> {
    const { containers } = hosts.engineOf(host)
    const { resolved } = await containers.inspect(id)
    const stdio = await containers.attach(id, { stdin: resolved.openStdin })
    const leaving = new AbortController()
    const exited = containers.wait(id, { condition: "not-running", signal: leaving.signal })
    const session = new TerminalSession(stdio, exited, () => undefined)
    const release = () => {
      leaving.abort()
      session.detach()
    }
    return { execId: null, terminal: resolved.terminal, session, release }
  }

  return {
    async open(session, { id, command, user, columns, rows }) {
      if (kept.size >= MAXIMUM_OPEN) {
        throw new EngineError("conflict", { publicMessage: `${MAXIMUM_OPEN} terminals are open. Close some, then try again.` })
      }
      const { host, engine } = await hosts.ofContainer(id)
      const exec = await engine.containers.exec(id, {
        command: command ?? [await findShell(engine, id)],
        terminal: true,
        terminalSize: { columns, rows },
        stdin: true,
        environment: ["TERM=xterm-256color"],
        ...(user !== undefined && { user }),
      })
      keep(host, exec)
      return { execId: exec.id, ticket: tickets.issue(session, { kind: "exec", host, execId: exec.id }) }
    },

    async rejoin(session, execId) {
      const host = kept.get(execId)?.host ?? (await hosts.hostOfExec(execId))
      if (!kept.has(execId)) {
        const { running } = await hosts.engineOf(host).containers.inspectExec(execId)
        if (!running) throw new EngineError("not_found", { publicMessage: "This terminal has ended. Open a new one.", facts: { execId } })
      }
      return { ticket: tickets.issue(session, { kind: "exec", host, execId }) }
    },

    async attach(session, id) {
      const { host, engine } = await hosts.ofContainer(id)
      const { id: containerId, state } = await engine.containers.inspect(id)
      // Attaching wakes a sleeper.
      if (state.status !== "running" && state.status !== "paused" && state.status !== "hibernated") {
        throw new EngineError("conflict", {
          publicMessage: "The container does not run: there is nothing to attach to. Start it first.",
          facts: { id: containerId },
        })
      }
      return { ticket: tickets.issue(session, { kind: "attach", host, containerId }) }
    },

    async connect(session, ticket) {
      const target = tickets.redeem(session, ticket)
      if (target === undefined)
        throw new EngineError("permission_denied", { publicMessage: "The ticket is not valid any more. Ask for a new one." })
      return target.kind === "exec" ? connectExec(target.execId, target.host) : connectContainer(target.containerId, target.host)
    },

    close() {
      for (const { session, timer } of kept.values()) {
        clearTimeout(timer)
        session.detach()
      }
      kept.clear()
    },
  }
}

/** The first shell that the container has; `sh` by name when none is where shells are. */
async function findShell(engine: ContainerEngine, id: string): Promise<string> {
  for (const path of SHELLS) {
    try {
      await engine.containers.statPath(id, path)
      return path
    } catch (error) {
      if (!isEngineError(error, "not_found")) throw error
      // A container that is not there says so as well: exec will.
    }
  }
  return "sh"
}
