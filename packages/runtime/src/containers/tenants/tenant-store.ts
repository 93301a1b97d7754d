import { readFile } from "node:fs/promises"
import { EngineError, errnoOf } from "../../errors.js"
import { writeFileAtomic } from "../../kernel/write-file-atomic.js"
import type { IdRange } from "../../spec/id-range.js"
import type { ResourceLimits } from "../../spec/limits.js"
import { KeyedQueue } from "../keyed-queue.js"

export const FIRST_ID = 1_000_000
export const IDS_PER_TENANT = 65_536
/** The kernel's ids have 32 bits; the last one means "none". */
const LAST_ID = 2 ** 32 - 2

export interface TenantRecord {
  name: string
  idRange: IdRange
  limits: ResourceLimits
  /** Of the sum of its containers, each direction; absent: no limit. */
  networkBytesPerSecond?: number
}

/** What the document keeps of a tenant. */
interface KnownTenant {
  firstId: number
  limits: ResourceLimits
  networkBytesPerSecond?: number
}

interface TenantDocument {
  version: 1
  /** The range that the next new tenant gets. Only grows: a removed tenant's files may turn up again, as another's they must not. */
  nextId: number
  tenants: Record<string, KnownTenant>
}

/**
 * Tenants with their ranges of host ids, in `root/tenants.json`. A range belongs to one tenant for ever and overlaps no other.
 * Changes are synced to disk before they are used.
 */
export class TenantStore {
  readonly #path: string
  #document: TenantDocument
  readonly #queue = new KeyedQueue()

  private constructor(path: string, document: TenantDocument) {
    this.#path = path
    this.#document = document
  }

  /** Rejects with `state_corrupt` rather than hand out a range twice. */
  static async open(path: string): Promise<TenantStore> {
    return new TenantStore(path, await load(path))
  }

  get(name: string): TenantRecord | undefined {
    const known = this.#find(name)
    return known === undefined ? undefined : toRecord(name, known)
  }

  list(): TenantRecord[] {
    return Object.entries(this.#document.tenants).map(([name, known]) => toRecord(name, known))
  }

  /** The tenant, made when absent. */
  async ensure(name: string): Promise<TenantRecord> {
    return this.get(name) ?? this.#change(name, (known) => known ?? { firstId: this.#document.nextId, limits: {} })
  }

  setLimits(name: string, limits: ResourceLimits): Promise<TenantRecord> {
    return this.#change(name, (known) => ({ firstId: this.#document.nextId, ...known, limits }))
  }

  /** Undefined: no limit. */
  setNetworkRate(name: string, bytesPerSecond: number | undefined): Promise<TenantRecord> {
    return this.#change(name, (known) => {
      const { networkBytesPerSecond: _before, ...rest } = known ?? { firstId: this.#document.nextId, limits: {} }
      return bytesPerSecond === undefined ? rest : { ...rest, networkBytesPerSecond: bytesPerSecond }
    })
  }

  /** Forgets the tenant, not its range. */
  async remove(name: string): Promise<void> {
    await this.#serially(async () => {
      const { [name]: _removed, ...tenants } = this.#document.tenants
      await this.#save({ ...this.#document, tenants })
    })
  }

  // A tenant may be named `constructor`, which every object has.
  #find(name: string): TenantDocument["tenants"][string] | undefined {
    return Object.hasOwn(this.#document.tenants, name) ? this.#document.tenants[name] : undefined
  }

  #change(name: string, change: (known: KnownTenant | undefined) => KnownTenant): Promise<TenantRecord> {
    return this.#serially(async () => {
      const changed = change(this.#find(name))
      const afterIt = changed.firstId + IDS_PER_TENANT
      if (afterIt - 1 > LAST_ID)
        throw new EngineError("address_exhausted", {
          facts: { tenant: name },
          publicMessage: "No range of user ids is left for another tenant on this host.",
        })
      await this.#save({
        ...this.#document,
        nextId: Math.max(this.#document.nextId, afterIt),
        tenants: { ...this.#document.tenants, [name]: changed },
      })
      return toRecord(name, changed)
    })
  }

  async #save(document: TenantDocument): Promise<void> {
    await writeFileAtomic(this.#path, JSON.stringify(document, undefined, 2))
    this.#document = document
  }

  #serially<T>(work: () => Promise<T>): Promise<T> {
    return this.#queue.run("document", work)
  }
}

function toRecord(name: string, { firstId, ...settings }: KnownTenant): TenantRecord {
  return { name, idRange: { uidBase: firstId, gidBase: firstId, size: IDS_PER_TENANT }, ...settings }
}

async function load(path: string): Promise<TenantDocument> {
  try {
    const value: unknown = JSON.parse(await readFile(path, "utf8"))
    if (isDocument(value)) return value
    throw new Error("it is not what it should be")
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return { version: 1, nextId: FIRST_ID, tenants: {} }
    throw new EngineError("state_corrupt", {
      facts: { path },
      cause: error,
      publicMessage: `The list of tenants ${path} cannot be read. Restore it from a backup: without it two tenants could be given the same user ids.`,
    })
  }
}

function isDocument(value: unknown): value is TenantDocument {
  return (
    typeof value === "object" &&
    value !== null &&
    "version" in value &&
    value.version === 1 &&
    "nextId" in value &&
    Number.isSafeInteger(value.nextId) &&
    "tenants" in value &&
    typeof value.tenants === "object" &&
    value.tenants !== null &&
    Object.values(value.tenants).every((tenant: unknown) => isTenant(tenant))
  )
}

function isTenant(value: unknown): boolean {
  return typeof value === "object" && value !== null && "firstId" in value && Number.isSafeInteger(value.firstId)
}
