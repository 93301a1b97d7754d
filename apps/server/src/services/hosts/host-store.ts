import type { ContainerSummary, DockerEndpoint, EngineInfo } from "@plimsoll/runtime"
import type { Database } from "../../db/open-database.js"
import type { SecretBox } from "../secrets/secret-box.js"

/** What is known of a host, for the time when it is away. */
export interface LastKnown {
  /** What its engine last said of itself. */
  info: EngineInfo | null
  containers: ContainerSummary[]
  seenAt: number | null
}

/** A host as it is kept. */
export interface StoredHost extends LastKnown {
  id: string
  name: string
  /** With its secrets; `null`: they were sealed by another installation's secret and cannot be read. */
  endpoint: DockerEndpoint | null
}

/** The hosts that were added, in the database. Endpoints are sealed there. */
export interface HostStore {
  all(): Promise<StoredHost[]>
  insert(host: { id: string; name: string; endpoint: DockerEndpoint; createdAt: number }): Promise<void>
  change(id: string, change: { name?: string; endpoint?: DockerEndpoint }): Promise<void>
  /** Notes how it was; of one that was removed meanwhile, nothing. */
  remember(id: string, known: LastKnown & { seenAt: number }): Promise<void>
  remove(id: string): Promise<void>
}

export function createHostStore({ prisma }: Pick<Database, "prisma">, box: SecretBox): HostStore {
  const seal = (id: string, endpoint: DockerEndpoint) => box.seal(JSON.stringify(endpoint), purposeOf(id))

  function open(id: string, sealed: string): DockerEndpoint | null {
    try {
      return JSON.parse(box.open(sealed, purposeOf(id))) as DockerEndpoint
    } catch {
      // The host is shown with what to do instead: a database that was moved without its secret must not keep the server down.
      return null
    }
  }

  return {
    async all() {
      const rows = await prisma.host.findMany({ orderBy: { createdAt: "asc" } })
      return rows.map(({ id, name, endpoint, lastInfo, seenAt }) => ({
        id,
        name,
        endpoint: open(id, endpoint),
        ...(lastInfo === null ? { info: null, containers: [] } : (JSON.parse(lastInfo) as Pick<LastKnown, "info" | "containers">)),
        seenAt: seenAt === null ? null : Number(seenAt),
      }))
    },
    async insert({ id, name, endpoint, createdAt }) {
      await prisma.host.create({ data: { id, name, endpoint: seal(id, endpoint), createdAt: BigInt(createdAt) } })
    },
    async change(id, { name, endpoint }) {
      const data = { ...(name !== undefined && { name }), ...(endpoint !== undefined && { endpoint: seal(id, endpoint) }) }
      await prisma.host.update({ where: { id }, data })
    },
    async remember(id, { info, containers, seenAt }) {
      const lastInfo = JSON.stringify({ info, containers })
      await prisma.host.updateMany({ where: { id }, data: { lastInfo, seenAt: BigInt(seenAt) } })
    },
    async remove(id) {
      await prisma.host.deleteMany({ where: { id } })
    },
  }
}

/** Bound to its row: one host's endpoint cannot be put into another's. */
function purposeOf(id: string): string {
  return `host ${id}`
}
