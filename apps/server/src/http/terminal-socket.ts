import type { WebSocket } from "ws"
import { type TerminalServerFrame, terminalClientFrame } from "../contract/terminal.js"
import type { ConnectedTerminal } from "../services/terminals/create-terminals.js"
import { describeError } from "../trpc/error-data.js"
import type { TerminalOutcome } from "./audit-terminal.js"

const PING_MS = 20_000
const CLOSE_DONE = 1000
const CLOSE_REFUSED = 4403

/**
 * Joins a WebSocket to a terminal: binary frames are bytes in both directions, text frames JSON. The browser's input waits
 * in its socket while the process does not read.
 */
export async function serveTerminal(
  socket: WebSocket,
  options: { connect: () => Promise<ConnectedTerminal>; record: (outcome: TerminalOutcome) => Promise<void>; requestId: string },
): Promise<void> {
  const say = (frame: TerminalServerFrame) => socket.send(JSON.stringify(frame))
  // Nothing that comes while the terminal is looked up may be lost.
  socket.pause()
  let connected: ConnectedTerminal
  try {
    connected = await options.connect()
  } catch (error) {
    await options.record({ error })
    const { code, message, engine } = describeError(error, options.requestId)
    say({ type: "error", code: engine?.code ?? code, message: engine?.publicMessage ?? message })
    socket.resume()
    socket.close(CLOSE_REFUSED, "refused")
    return
  }
  const { session, release } = connected
  await options.record({ execId: connected.execId })
  if (socket.readyState !== socket.OPEN) return release()
  say({ type: "ready", execId: connected.execId, terminal: connected.terminal, stdin: session.hasInput })
  const leave = session.join({
    data: (chunk) => socket.send(chunk, { binary: true }),
    exit: (exitCode) => {
      say({ type: "exit", exitCode })
      socket.close(CLOSE_DONE, "ended")
    },
    pendingBytes: () => socket.bufferedAmount,
  })
  const stopPinging = keepAlive(socket)
  socket.once("close", () => {
    stopPinging()
    leave()
    release()
  })
  socket.on("message", (data, isBinary) => {
    const bytes = Buffer.isBuffer(data) ? data : Buffer.concat(Array.isArray(data) ? data : [Buffer.from(data)])
    if (!isBinary) return void control(bytes.toString("utf8"), connected, say)
    if (!session.write(bytes)) {
      socket.pause()
      session.onDrain(() => socket.resume())
    }
  })
  socket.resume()
}

async function control(
  text: string,
  { session }: { session: { resize(size: { columns: number; rows: number }): Promise<void> } },
  say: (frame: TerminalServerFrame) => void,
): Promise<void> {
  const frame = terminalClientFrame.safeParse(parseJson(text))
  if (!frame.success)
    return say({ type: "error", code: "invalid_argument", message: "Text frames must be {“type”:“resize”,“columns”,“rows”}." })
  try {
    await session.resize({ columns: frame.data.columns, rows: frame.data.rows })
  } catch (error) {
    const { message, engine } = describeError(error, "terminal")
    say({ type: "error", code: engine?.code ?? "internal", message: engine?.publicMessage ?? message })
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // The schema refuses it and says what is expected.
    return undefined
  }
}

/** Ends a connection whose other side went away without a word. */
function keepAlive(socket: WebSocket): () => void {
  let alive = true
  socket.on("pong", () => {
    alive = true
  })
  const timer = setInterval(() => {
    if (!alive) return socket.terminate()
    alive = false
    socket.ping()
  }, PING_MS).unref()
  return () => clearInterval(timer)
}
