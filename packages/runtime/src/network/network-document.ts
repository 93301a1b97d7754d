import { mkdir, readdir, readFile, rm } from "node:fs/promises"
import { basename, dirname, join } from "node:path"
import type { PublishedPort } from "../engine.js"
import { EngineError, errnoOf } from "../errors.js"
import { replaceFile, writeFileAtomic } from "../kernel/write-file-atomic.js"

/** What one container holds of a network, from `reserve` to `release`. */
export interface Lease {
  address?: string
  tenant?: string
  ports: PublishedPort[]
}

/** The state document of one network (`root/networks/<name>.json`). */
export interface NetworkDocument {
  version: 1
  id: string
  name: string
  /** Of the tenant whose network it is; the default bridge is the operator's. */
  tenant: string
  subnet: string
  gateway: string
  bridge: string
  createdAt: number
  /** Where the search for a free address goes on, so that an address rests before it is given out again. */
  lastAddress: string
  leases: Record<string, Lease>
  /** Numbers of the tenants that have leases, from 1; 0 is the gateway's. Part of their containers' MAC addresses. */
  tenants: Record<string, number>
}

/**
 * Keeps one network's document on disk. What the network is survives a power cut; leases survive the process, and what a
 * power cut takes of them comes back from the containers' own documents (`reconcile`): no start waits for the disk twice.
 */
export class NetworkStore {
  readonly #path: string
  #document: NetworkDocument | undefined
  #pending: Promise<void> | undefined

  constructor(directory: string, name: string) {
    this.#path = join(directory, `${name}.json`)
  }

  get document(): NetworkDocument | undefined {
    return this.#document
  }

  /** Reads the document; undefined when there is none yet. Rejects with `state_corrupt`. */
  async load(): Promise<NetworkDocument | undefined> {
    try {
      await this.#removeTemporary()
      this.#document = parse(await readFile(this.#path, "utf8"), this.#path)
    } catch (error) {
      if (errnoOf(error) !== "ENOENT") throw error
    }
    return this.#document
  }

  // What a crash left of a write.
  async #removeTemporary(): Promise<void> {
    const prefix = `.${basename(this.#path)}.`
    for (const name of await readdir(dirname(this.#path)))
      if (name.startsWith(prefix)) await rm(join(dirname(this.#path), name), { force: true })
  }

  async create(document: NetworkDocument): Promise<void> {
    await mkdir(dirname(this.#path), { recursive: true, mode: 0o700 })
    await writeFileAtomic(this.#path, JSON.stringify(document))
    this.#document = document
  }

  /** Writes the leases; those of one turn of the event loop together. */
  save(): Promise<void> {
    this.#pending ??= Promise.resolve().then(() => {
      this.#pending = undefined
      if (this.#document !== undefined) replaceFile(this.#path, JSON.stringify(this.#document))
    })
    return this.#pending
  }
}

function parse(text: string, path: string): NetworkDocument {
  try {
    const document = JSON.parse(text) as NetworkDocument
    if (document.version === 1 && typeof document.subnet === "string" && typeof document.leases === "object") return document
  } catch (cause) {
    throw corrupt(path, cause)
  }
  throw corrupt(path, undefined)
}

function corrupt(path: string, cause: unknown): EngineError {
  return new EngineError("state_corrupt", {
    facts: { path },
    cause,
    publicMessage: `The network's state file ${path} cannot be read. Move it away while no container runs; the engine then makes a new network.`,
  })
}
