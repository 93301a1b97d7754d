import type { TerminalServerFrame } from "@plimsoll/server/contract"

export interface TerminalEvents {
  onData: (bytes: Uint8Array) => void
  onReady: () => void
  onExit: (exitCode: number) => void
  /** The server refused for good. */
  onError: (message: string) => void
  /** The connection broke; a rejoin may help. */
  onLost: () => void
}

export interface TerminalConnection {
  send: (text: string) => void
  /** Bytes as they are, one a character: mouse reports of old programs are not UTF-8. */
  sendBinary: (latin1: string) => void
  resize: (size: { columns: number; rows: number }) => void
  close: () => void
}

/** Connects a ticket's terminal. Exactly one of `onExit`, `onError`, `onLost` is called in the end, unless `close` came first. */
export function connectTerminal(ticket: string, events: TerminalEvents): TerminalConnection {
  const scheme = window.location.protocol === "https:" ? "wss" : "ws"
  const socket = new WebSocket(`${scheme}://${window.location.host}/ws/terminal?ticket=${encodeURIComponent(ticket)}`)
  socket.binaryType = "arraybuffer"
  const encoder = new TextEncoder()
  let ended = false
  let ready = false
  const end = (report: () => void) => {
    if (ended) return
    ended = true
    socket.close()
    report()
  }
  socket.onmessage = ({ data }: MessageEvent<ArrayBuffer | string>) => {
    if (typeof data !== "string") return events.onData(new Uint8Array(data))
    const frame = JSON.parse(data) as TerminalServerFrame
    if (frame.type === "exit") end(() => events.onExit(frame.exitCode))
    else if (frame.type === "ready") {
      ready = true
      events.onReady()
    }
    // Later ones tell of a resize that failed, which the next one mends.
    else if (!ready) end(() => events.onError(frame.message))
  }
  socket.onclose = () => end(events.onLost)
  return {
    sendBinary: (latin1) => {
      if (socket.readyState === WebSocket.OPEN) socket.send(Uint8Array.from(latin1, (character) => character.charCodeAt(0)))
    },
    send: (text) => {
      if (socket.readyState === WebSocket.OPEN) socket.send(encoder.encode(text))
    },
    resize: (size) => {
      if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify({ type: "resize", ...size }))
    },
    close: () => {
      ended = true
      socket.close()
    },
  }
}
