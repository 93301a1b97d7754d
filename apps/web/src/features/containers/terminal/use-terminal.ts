"use client"
import { useMutation } from "@tanstack/react-query"
import type { Terminal } from "@xterm/xterm"
import { useEffect, useRef, useState } from "react"
import { isUnreachable } from "@/lib/errors"
import { useTRPC } from "@/lib/trpc"
import { connectTerminal, type TerminalConnection } from "./terminal-connection"

export type TerminalPhase =
  | { kind: "opening" }
  | { kind: "live" }
  | { kind: "rejoining" }
  | { kind: "exited"; exitCode: number }
  | { kind: "failed"; error: unknown }

const RETRY_MS = 2000

/** Which session a tab had last, so that a reload of the page comes back to it. */
const remembered = {
  key: (id: string) => `plimsoll.terminal.${id}`,
  get: (id: string) => window.sessionStorage.getItem(remembered.key(id)) ?? undefined,
  set: (id: string, execId: string) => window.sessionStorage.setItem(remembered.key(id), execId),
  forget: (id: string) => window.sessionStorage.removeItem(remembered.key(id)),
}

/**
 * Ties an xterm to a shell in the container. The shell lives in the engine, not in the page: after a lost connection or a
 * reload it is joined again; `generation` changes to begin a new one.
 */
export function useTerminal(terminal: Terminal | undefined, containerId: string, generation: number): TerminalPhase {
  const trpc = useTRPC()
  const { mutateAsync: open } = useMutation(trpc.containers.openTerminal.mutationOptions())
  const { mutateAsync: rejoin } = useMutation(trpc.containers.rejoinTerminal.mutationOptions())
  const [phase, setPhase] = useState<TerminalPhase>({ kind: "opening" })
  const calls = useRef({ open, rejoin })
  calls.current = { open, rejoin }

  // biome-ignore lint/correctness/useExhaustiveDependencies: generation asks for a new session.
  useEffect(() => {
    if (!terminal) return
    let connection: TerminalConnection | undefined
    let timer: ReturnType<typeof setTimeout> | undefined
    let left = false

    async function ticket(): Promise<string> {
      const execId = remembered.get(containerId)
      if (execId !== undefined) {
        try {
          return (await calls.current.rejoin({ execId })).ticket
        } catch (error) {
          if (isUnreachable(error)) throw error
          // That session is over: begin another.
          remembered.forget(containerId)
        }
      }
      const opened = await calls.current.open({ id: containerId, columns: terminal?.cols ?? 80, rows: terminal?.rows ?? 24 })
      remembered.set(containerId, opened.execId)
      return opened.ticket
    }

    async function connect(): Promise<void> {
      const granted = await ticket()
      if (left || !terminal) return
      terminal.reset()
      connection = connectTerminal(granted, {
        onReady: () => {
          setPhase({ kind: "live" })
          connection?.resize({ columns: terminal.cols, rows: terminal.rows })
        },
        onData: (bytes) => terminal.write(bytes),
        onExit: (exitCode) => {
          remembered.forget(containerId)
          setPhase({ kind: "exited", exitCode })
        },
        onError: (message) => setPhase({ kind: "failed", error: new Error(message) }),
        onLost: again,
      })
    }

    function again(): void {
      if (left) return
      setPhase({ kind: "rejoining" })
      timer = setTimeout(attempt, RETRY_MS)
    }

    function attempt(): void {
      connect().catch((error: unknown) => {
        if (left) return
        if (isUnreachable(error)) again()
        else setPhase({ kind: "failed", error })
      })
    }

    setPhase({ kind: "opening" })
    attempt()
    const data = terminal.onData((text) => connection?.send(text))
    const binary = terminal.onBinary((bytes) => connection?.sendBinary(bytes))
    const resize = terminal.onResize(({ cols, rows }) => connection?.resize({ columns: cols, rows }))
    return () => {
      left = true
      clearTimeout(timer)
      for (const subscription of [data, binary, resize]) subscription.dispose()
      connection?.close()
    }
  }, [terminal, containerId, generation])
  return phase
}
