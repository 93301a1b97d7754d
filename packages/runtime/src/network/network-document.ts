import { mkdir, readdir, readFile, rm } from "node:fs/promises"
import { join } from "node:path"
import type { PublishedPort } from "../engine.js"
import { EngineError, errnoOf } from "../errors.js"
import { replaceFile, writeFileAtomic } from "../kernel/write-file-atomic.js"

/** What one container holds of a network, from `reserve` to `release`. */
export interface Lease {
  address?: string
  tenant?: string
  /** Only in documents of earlier versions; the containers' own documents are the truth. */
  ports?: PublishedPort[]
}

/** The state document of one network (`root/networks/<name>.json`). */
export interface NetworkDocument {
  version: 1
  id: string
  name: string
  /** Of the tenant whose network it is. */
  tenant: string
  subnet: string
  gateway: string
  bridge: string
  /** Absent in documents of earlier versions: false. */
  internal?: boolean
  labels?: Record<string, string>
  createdAt: number
  /** Where the search for a free address goes on, so that an address rests before it is given out again. */
  lastAddress: string
  leases: Record<string, Lease>
  /** Numbers of the tenants that have leases, from 1; 0 is the gateway's. Part of their containers' MAC addresses. Several only on the bridge that tenants once shared. */
  tenants: Record<string, number>
}

/**
 * The networks' documents, one file each. What a network is survives a power cut; leases survive the process, and what a
 * power cut takes of them comes back from the containers' own documents (`reconcile`): no start waits for the disk twice.
 */
export class NetworkStore {
  readonly #directory: string
  readonly #documents = new Map<string, NetworkDocument>()
  readonly #unsaved = new Set<string>()
  #pending: Promise<void> | undefined

  constructor(directory: string) {
    this.#directory = directory
  }

  get(name: string): NetworkDocument | undefined {
    return this.#documents.get(name)
  }

  all(): NetworkDocument[] {
    return [...this.#documents.values()]
  }

  /** Reads all documents. Rejects with `state_corrupt`. */
  async load(): Promise<void> {
    for (const name of await namesIn(this.#directory)) {
      const path = join(this.#directory, name)
      // What a crash left of a write.
      if (name.startsWith(".")) await rm(path, { force: true })
      else if (name.endsWith(".json")) {
        const document = parse(await readFile(path, "utf8"), path)
        this.#documents.set(document.name, document)
      }
    }
  }

  /** Writes a new document, or one that is to be replaced as a whole. */
  async create(document: NetworkDocument): Promise<void> {
    await mkdir(this.#directory, { recursive: true, mode: 0o700 })
    await writeFileAtomic(this.#path(document.name), JSON.stringify(document))
    this.#documents.set(document.name, document)
  }

  /** From the moment of the call it is not known any more. */
  async remove(name: string): Promise<void> {
    this.#documents.delete(name)
    await rm(this.#path(name), { force: true })
  }

  /** Writes the leases; those of one turn of the event loop together. */
  save({ name }: NetworkDocument): Promise<void> {
    this.#unsaved.add(name)
    this.#pending ??= Promise.resolve().then(() => {
      this.#pending = undefined
      for (const unsaved of this.#unsaved) {
        this.#unsaved.delete(unsaved)
        const document = this.#documents.get(unsaved)
        if (document !== undefined) replaceFile(this.#path(unsaved), JSON.stringify(document))
      }
    })
    return this.#pending
  }

  #path(name: string): string {
    return join(this.#directory, `${name}.json`)
  }
}

async function namesIn(directory: string): Promise<string[]> {
  try {
    return await readdir(directory)
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return []
    throw error
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
