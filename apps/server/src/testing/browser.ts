import { createHmac } from "node:crypto"
import type { WebSocket } from "ws"
import { type Answer, ORIGIN, PASSWORD, type TestServer } from "./test-server.js"

let addresses = 0

/** Somebody with a browser of their own, at an address of their own: cookies are kept and sent back. */
export class Browser {
  readonly #cookies = new Map<string, string>()
  readonly #address = `198.51.100.${++addresses % 256}`

  constructor(private readonly server: TestServer) {}

  get cookie(): string {
    return [...this.#cookies].map(([name, value]) => `${name}=${value}`).join("; ")
  }

  /** `POST` or, without a body, `GET` of `/api/auth/…`. */
  async auth(path: string, body?: object): Promise<Answer> {
    const answer = await this.server.request(`/api/auth/${path}`, {
      method: body === undefined ? "GET" : "POST",
      headers: this.#headers(),
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    for (const cookie of answer.headers["set-cookie"] ?? []) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(cookie) ?? []
      if (/Max-Age=0/i.test(cookie) || value === "") this.#cookies.delete(name)
      else this.#cookies.set(name, value)
    }
    return answer
  }

  signIn(username = "operator", password = PASSWORD): Promise<Answer> {
    return this.auth("sign-in/username", { username, password })
  }

  query(path: string, input?: unknown): Promise<Answer> {
    return this.server.query(path, input, this.#headers())
  }

  mutate(path: string, input: unknown): Promise<Answer> {
    return this.server.mutate(path, input, this.#headers())
  }

  webSocket(path: string): WebSocket {
    return this.server.webSocket(path, this.#headers())
  }

  #headers(): Record<string, string> {
    return {
      "content-type": "application/json",
      origin: ORIGIN,
      "x-forwarded-for": this.#address,
      ...(this.#cookies.size > 0 && { cookie: this.cookie }),
    }
  }
}

export async function signedIn(server: TestServer, username = "operator", password = PASSWORD): Promise<Browser> {
  const browser = new Browser(server)
  const answer = await browser.signIn(username, password)
  if (answer.status !== 200) throw new Error(`sign-in answered ${answer.status}: ${answer.body.toString()}`)
  return browser
}

/** The answer of a procedure. */
export function data<T>(answer: Answer): T {
  if (answer.status !== 200) throw new Error(`answered ${answer.status}: ${answer.body.toString()}`)
  return (answer.json() as { result: { data: T } }).result.data
}

/** The code that an authenticator app shows for this `otpauth://` address, `steps` half minutes from now. (RFC 6238) */
export function authenticatorCode(totpURI: string, steps = 0): string {
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + steps))
  const digest = createHmac("sha1", fromBase32(new URL(totpURI).searchParams.get("secret") ?? ""))
    .update(counter)
    .digest()
  const offset = (digest.at(-1) ?? 0) & 15
  return String((digest.readUInt32BE(offset) & 0x7fff_ffff) % 1_000_000).padStart(6, "0")
}

/** As the key of an authenticator app is before it is written for people. (RFC 4648, 6) */
export function fromBase32(text: string): Buffer {
  const bits = text
    .split("")
    .map((character) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(character).toString(2).padStart(5, "0"))
    .join("")
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)))
}
