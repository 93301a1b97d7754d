import { PassThrough } from "node:stream"
import type { StdioSession } from "@plimsoll/runtime"
import { describe, expect, it, vi } from "vitest"
import { ReplayBuffer } from "./replay-buffer.js"
import { TerminalSession, type TerminalViewer } from "./terminal-session.js"

function start() {
  const stdio = {
    stdin: new PassThrough(),
    stdout: new PassThrough(),
    resize: vi.fn(async () => undefined),
    detach: vi.fn(),
  } satisfies StdioSession
  let exit: (result: { exitCode: number }) => void = () => undefined
  const exited = new Promise<{ exitCode: number }>((resolve) => {
    exit = resolve
  })
  const onEnd = vi.fn()
  return { stdio, session: new TerminalSession(stdio, exited, onEnd), exit, onEnd }
}

function viewer() {
  const state = { text: "", exitCode: undefined as number | undefined, pending: 0 }
  const self: TerminalViewer = {
    data: (chunk) => {
      state.text += chunk.toString()
    },
    exit: (exitCode) => {
      state.exitCode = exitCode
    },
    pendingBytes: () => state.pending,
  }
  return { state, self }
}

const turn = () => new Promise((resolve) => setImmediate(resolve))

describe("a terminal session", () => {
  it("shows who comes back the last screenful, then what comes", async () => {
    const { stdio, session } = start()
    stdio.stdout.write("before ")
    await turn()
    const [first, second] = [viewer(), viewer()]
    const leave = session.join(first.self)
    stdio.stdout.write("shared ")
    await turn()
    leave()
    stdio.stdout.write("alone ")
    await turn()
    session.join(second.self)
    stdio.stdout.write("after")
    await turn()
    expect(first.state.text).toBe("before shared ")
    expect(second.state.text).toBe("before shared alone after")
  })

  it("holds the process up for a viewer who does not keep up, and lets it go on", async () => {
    const { stdio, session } = start()
    const slow = viewer()
    session.join(slow.self)
    slow.state.pending = 2 * 1024 * 1024
    stdio.stdout.write("x")
    await turn()
    expect(stdio.stdout.isPaused()).toBe(true)
    slow.state.pending = 0
    await vi.waitFor(() => expect(stdio.stdout.isPaused()).toBe(false))
  })

  it("goes on when the viewer who held it up leaves", async () => {
    const { stdio, session } = start()
    const slow = viewer()
    const leave = session.join(slow.self)
    slow.state.pending = 2 * 1024 * 1024
    stdio.stdout.write("x")
    await turn()
    leave()
    expect(stdio.stdout.isPaused()).toBe(false)
  })

  it("tells the exit code after the last output, also to who comes late", async () => {
    const { stdio, session, exit, onEnd } = start()
    const early = viewer()
    session.join(early.self)
    exit({ exitCode: 3 })
    stdio.stdout.end("last words")
    await vi.waitFor(() => expect(onEnd).toHaveBeenCalled())
    const late = viewer()
    session.join(late.self)
    for (const { state } of [early, late]) expect(state).toMatchObject({ text: "last words", exitCode: 3 })
  })

  it("survives broken pipes", async () => {
    const { stdio, session, exit, onEnd } = start()
    stdio.stdin.emit("error", new Error("EPIPE"))
    stdio.stdout.emit("error", new Error("EIO"))
    expect(session.write(Buffer.from("x"))).toBe(true)
    exit({ exitCode: 0 })
    await vi.waitFor(() => expect(onEnd).toHaveBeenCalled())
  })

  it("takes input after the process ended without failing", async () => {
    const { stdio, session } = start()
    stdio.stdin.end()
    expect(session.write(Buffer.from("x"))).toBe(true)
  })
})

describe("ReplayBuffer", () => {
  it("keeps at most its capacity, from the beginning of a line", () => {
    const buffer = new ReplayBuffer(100)
    for (let line = 0; line < 1000; line++) buffer.push(Buffer.from(`line ${line}\n`))
    const text = buffer.read().toString()
    expect(text.length).toBeLessThanOrEqual(100)
    expect(text).toMatch(/^line \d+\n(?:line \d+\n)*line 999\n$/)
  })

  it("keeps the end of one chunk that is larger than it", () => {
    const buffer = new ReplayBuffer(10)
    buffer.push(Buffer.from("0123456789abcdef"))
    expect(buffer.read().toString()).toBe("6789abcdef")
  })
})
