import { PassThrough } from "node:stream"
import type { ExecSession } from "@plimsoll/runtime"
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest"
import { type FakeEngine, fakeEngine, summaryOf } from "../testing/fake-engine.js"
import { messagesOf, startTestServer, type TestServer } from "../testing/test-server.js"

let engine: FakeEngine
let server: TestServer
let cookie: string
beforeEach(async () => {
  engine = fakeEngine()
  engine.put(summaryOf("aaaa", { name: "web" }))
  server = await startTestServer({ openEngine: async () => engine })
  cookie = await server.signIn()
})
afterEach(() => server.remove())

/** A process that echoes in capitals. */
function shell() {
  const stdin = new PassThrough()
  const stdout = new PassThrough()
  stdin.on("data", (chunk: Buffer) => stdout.write(chunk.toString().toUpperCase()))
  let exit: (result: { exitCode: number }) => void = () => undefined
  const exited = new Promise<{ exitCode: number }>((resolve) => {
    exit = resolve
  })
  const resize = vi.fn(async () => undefined)
  const exec: ExecSession = { id: `exec-${engine.execs.size}`, stdin, stdout, exited, resize, detach: () => undefined }
  engine.execs.set(exec.id, exec)
  return { exec, stdout, exit, resize }
}

async function ticketOf(procedure: string, input: object): Promise<{ ticket: string; execId?: string }> {
  const answer = await server.mutate(procedure, input, { cookie })
  expect(answer.status).toBe(200)
  return (answer.json() as { result: { data: { ticket: string; execId?: string } } }).result.data
}

const open = () => ticketOf("containers.openTerminal", { id: "web", columns: 80, rows: 24 })
const connect = (ticket: string, as = cookie) => {
  const socket = server.webSocket(`/ws/terminal?ticket=${ticket}`, { cookie: as })
  return { socket, next: messagesOf(socket) }
}
const text = async (next: () => Promise<{ data: Buffer; isBinary: boolean }>) =>
  JSON.parse((await next()).data.toString()) as Record<string, unknown>

describe("a terminal", () => {
  it("carries bytes in both directions, sizes up and the exit code down", async () => {
    const { stdout, exit, resize } = shell()
    const { ticket, execId } = await open()
    const { socket, next } = connect(ticket)
    expect(await text(next)).toEqual({ type: "ready", execId, terminal: true, stdin: true })
    socket.send(Buffer.from("hello"))
    expect(await next()).toEqual({ data: Buffer.from("HELLO"), isBinary: true })
    socket.send(JSON.stringify({ type: "resize", columns: 100, rows: 30 }))
    await vi.waitFor(() => expect(resize).toHaveBeenCalledWith({ columns: 100, rows: 30 }))
    exit({ exitCode: 130 })
    stdout.end()
    expect(await text(next)).toEqual({ type: "exit", exitCode: 130 })
  })

  it("survives a lost connection: who rejoins sees the screen again", async () => {
    shell()
    const { ticket, execId } = await open()
    const first = connect(ticket)
    await text(first.next)
    first.socket.send(Buffer.from("state"))
    await first.next()
    first.socket.terminate()
    const { ticket: again } = await ticketOf("containers.rejoinTerminal", { execId })
    const second = connect(again)
    expect(await text(second.next)).toMatchObject({ type: "ready", execId })
    expect((await second.next()).data.toString()).toBe("STATE")
    second.socket.send(Buffer.from("more"))
    expect((await second.next()).data.toString()).toBe("MORE")
    second.socket.terminate()
  })

  it("survives a restart of the server", async () => {
    shell()
    const { execId } = await open()
    await server.restart()
    const { ticket } = await ticketOf("containers.rejoinTerminal", { execId })
    const { socket, next } = connect(ticket)
    await text(next)
    socket.send(Buffer.from("alive"))
    expect((await next()).data.toString()).toBe("ALIVE")
    socket.terminate()
  })

  it("opens with a good ticket only: not used, not made up, not another sign-in's", async () => {
    shell()
    const { ticket } = await open()
    const first = connect(ticket)
    await text(first.next)
    const refused = async ({ next }: ReturnType<typeof connect>) => {
      expect(await text(next)).toMatchObject({ type: "error", code: "permission_denied" })
      await expect(next()).rejects.toThrow("closed: 4403")
    }
    await refused(connect(ticket))
    await refused(connect("made-up"))
    await refused(connect((await open()).ticket, await server.signIn()))
    first.socket.terminate()
  })

  it("answers text frames that are none of the contract's, and goes on", async () => {
    shell()
    const { socket, next } = connect((await open()).ticket)
    await text(next)
    for (const junk of [
      "{",
      "null",
      '{"type":"resize","columns":-1,"rows":1}',
      '{"type":"resize","columns":1e9,"rows":1}',
      '{"type":"exec"}',
    ]) {
      socket.send(junk)
      expect(await text(next)).toMatchObject({ type: "error", code: "invalid_argument" })
    }
    socket.send(Buffer.from("ok"))
    expect((await next()).data.toString()).toBe("OK")
    socket.terminate()
  })

  it("is refused with the reason when the container or the exec is gone", async () => {
    const gone = await server.mutate("containers.openTerminal", { id: "gone", columns: 80, rows: 24 }, { cookie })
    expect(gone.status).toBe(404)
    expect((await server.mutate("containers.rejoinTerminal", { execId: "exec-9" }, { cookie })).json()).toMatchObject({
      error: { data: { engine: { code: "not_found" } } },
    })
  })
})
