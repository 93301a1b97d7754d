import { createHash } from "node:crypto"
import { readFileSync } from "node:fs"
import { Agent } from "node:http"
import { homedir } from "node:os"
import { join } from "node:path"
import type { Duplex } from "node:stream"
import { Client, type ConnectConfig } from "ssh2"
import type { DockerEndpoint } from "../endpoint.js"
import { ChannelStream } from "./channel-stream.js"
import { type KnownKey, knownKeys } from "./known-hosts.js"

type SshEndpoint = Extract<DockerEndpoint, { kind: "ssh" }>

/** sshd allows ten sessions on a connection unless told otherwise (sshd_config(5), MaxSessions). */
const channelsAtOnce = 8
const idleChannels = 4
const readyDeadlineMs = 10_000
const keepaliveMs = 15_000
const command = "docker system dial-stdio"

/**
 * HTTP over channels of few ssh connections: each channel runs `docker system dial-stdio`, as the Docker client does, and serves one request
 * after the other. A host is spoken to only when `known_hosts` of this user or of the machine has its key.
 */
export class SshAgent extends Agent {
  readonly #connections = new Set<Connection>()

  constructor(
    private readonly endpoint: SshEndpoint,
    private readonly readKnownHosts: () => string = knownHostsOfMachine,
  ) {
    super({ keepAlive: true, maxFreeSockets: idleChannels })
  }

  override createConnection(_options: object, callback?: (error: Error | null, stream: Duplex) => void): undefined {
    const done = callback as ((error: Error | null, stream?: Duplex) => void) | undefined
    this.#open().then(
      (channel) => done?.(null, channel),
      (error: unknown) => done?.(error instanceof Error ? error : new Error(String(error))),
    )
    return undefined
  }

  override destroy(): void {
    super.destroy()
    for (const connection of this.#connections) connection.end()
  }

  async #open(): Promise<Duplex> {
    const shared = [...this.#connections].find((connection) => connection.hasRoom)
    if (shared === undefined) return this.#connect().open()
    try {
      return await shared.open()
    } catch (error) {
      // It allows fewer sessions than usual, or broke just now: one of its own is worth a try.
      if (shared.hasRoom) throw error
      return this.#connect().open()
    }
  }

  #connect(): Connection {
    const connection = new Connection(this.endpoint, knownKeys(this.readKnownHosts(), this.endpoint))
    this.#connections.add(connection)
    connection.onEnd(() => this.#connections.delete(connection))
    return connection
  }
}

class Connection {
  readonly #client = new Client()
  readonly #ready: Promise<void>
  #channels = 0
  #isFull = false
  #failure: Error | undefined

  constructor(endpoint: SshEndpoint, known: KnownKey[]) {
    this.#ready = new Promise((resolve, reject) => {
      this.#client.once("ready", resolve)
      this.#client.on("error", (error) => {
        this.#failure ??= error
        reject(this.#failure)
      })
      this.#client.once("close", () => reject(this.#failure ?? new Error("the ssh connection was closed")))
    })
    this.#ready.catch(() => undefined)
    try {
      this.#client.connect(configuration(endpoint, known, (failure) => (this.#failure = failure)))
    } catch (error) {
      // A key that cannot be read.
      this.#failure = error instanceof Error ? error : new Error(String(error))
      process.nextTick(() => this.#client.emit("close"))
    }
  }

  get hasRoom(): boolean {
    return !this.#isFull && this.#channels < channelsAtOnce
  }

  onEnd(listener: () => void): void {
    this.#client.once("close", () => {
      this.#isFull = true
      listener()
    })
  }

  async open(): Promise<Duplex> {
    this.#channels++
    try {
      await this.#ready
      return await this.#exec()
    } catch (error) {
      this.#isFull = true
      this.#leave()
      throw error
    }
  }

  end(): void {
    this.#client.end()
  }

  #exec(): Promise<Duplex> {
    return new Promise((resolve, reject) => {
      this.#client.exec(command, (error, channel) => {
        if (error !== undefined) return reject(error)
        channel.once("close", () => this.#leave())
        resolve(new ChannelStream(channel, command))
      })
    })
  }

  /** A connection without channels is not kept. */
  #leave(): void {
    this.#channels--
    if (this.#channels === 0) this.#client.end()
  }
}

function configuration(endpoint: SshEndpoint, known: KnownKey[], refuse: (failure: Error) => void): ConnectConfig {
  const { host, port = 22, username, privateKey, passphrase, agent } = endpoint
  const algorithms = [...new Set(known.flatMap(({ type }) => signatureAlgorithms[type] ?? []))]
  return {
    host,
    port,
    username,
    ...(privateKey === undefined ? {} : { privateKey }),
    ...(passphrase === undefined ? {} : { passphrase }),
    ...(agent === undefined ? {} : { agent }),
    readyTimeout: readyDeadlineMs,
    keepaliveInterval: keepaliveMs,
    // It may have keys of several kinds: it must show one that is known here.
    ...(algorithms.length === 0 ? {} : { algorithms: { serverHostKey: algorithms } }),
    hostVerifier: (key: Buffer) => {
      if (known.some((entry) => entry.key.equals(key))) return true
      const print = `SHA256:${createHash("sha256").update(key).digest("base64").replace(/=+$/, "")}`
      const how = known.length === 0 ? "is not known on this machine" : "is another than the one that is known on this machine"
      refuse(
        new Error(`its ssh key (${print}) ${how}; connect to it once with ssh, as the user that runs this, compare the key and accept it`),
      )
      return false
    },
  } as ConnectConfig
}

/** Of those that ssh2 has. RSA keys sign with newer hashes than the one that the key's type is named after (RFC 8332). */
const signatureAlgorithms: Readonly<Record<string, readonly string[]>> = {
  "ssh-ed25519": ["ssh-ed25519"],
  "ecdsa-sha2-nistp256": ["ecdsa-sha2-nistp256"],
  "ecdsa-sha2-nistp384": ["ecdsa-sha2-nistp384"],
  "ecdsa-sha2-nistp521": ["ecdsa-sha2-nistp521"],
  "ssh-rsa": ["rsa-sha2-512", "rsa-sha2-256"],
}

function knownHostsOfMachine(): string {
  return [join(homedir(), ".ssh/known_hosts"), "/etc/ssh/ssh_known_hosts"].map(textOf).join("\n")
}

function textOf(path: string): string {
  try {
    return readFileSync(path, "utf8")
  } catch {
    // Not there, or not for this user: it knows nobody.
    return ""
  }
}
