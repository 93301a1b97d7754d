import { EngineError, type RegistryCredentials, testRegistry } from "@plimsoll/runtime"
import type { RegistrySummary } from "../../contract/registries.js"
import type { Database } from "../../db/open-database.js"
import type { SecretBox } from "../secrets/secret-box.js"
import type { Registries } from "./registries.js"
import { registryName } from "./registry-name.js"

interface Row {
  registry: string
  username: string | null
  password: string | null
  plainHttp: boolean
  mirrors: string
  changedAt: bigint
}

/** Registries in the database, their passwords sealed for the registry they are for. */
export function createRegistries({
  database,
  secretBox,
  now,
}: {
  database: Database
  secretBox: SecretBox
  now: () => number
}): Registries {
  const table = database.prisma.registry

  const seal = (registry: string, credentials: RegistryCredentials | null | undefined) => {
    if (credentials === undefined) return {}
    if (credentials === null) return { username: null, password: null }
    return { username: credentials.username, password: secretBox.seal(credentials.password, purposeOf(registry)) }
  }
  const open = ({ registry, username, password }: Row): RegistryCredentials | undefined => {
    if (username === null || password === null) return undefined
    try {
      return { username, password: secretBox.open(password, purposeOf(registry)) }
    } catch (cause) {
      throw new EngineError("state_corrupt", {
        facts: { registry },
        cause,
        publicMessage: `The password that is kept for ${registry} cannot be read: it was kept under another secret of this console. Enter it again.`,
      })
    }
  }
  const find = (registry: string): Promise<Row | null> => table.findUnique({ where: { registry } })

  return {
    async list() {
      return (await table.findMany({ orderBy: { registry: "asc" } })).map(toSummary)
    },

    async add({ registry: text, credentials, plainHttp, mirrors }) {
      const registry = registryName(text)
      const row = { registry, plainHttp, mirrors: JSON.stringify(mirrors), changedAt: BigInt(now()), ...seal(registry, credentials) }
      // One statement: of two that add it at the same time, one is told.
      const { count } = await table.createMany({ data: [row] }).catch(async (error: unknown) => {
        if ((await find(registry)) === null) throw error
        return { count: 0 }
      })
      if (count === 0)
        throw new EngineError("name_in_use", {
          facts: { registry },
          publicMessage: `The registry ${registry} is there already. Change it instead.`,
        })
      return summaryOf(await find(registry), registry)
    },

    async change({ registry: text, credentials, plainHttp, mirrors }) {
      const registry = registryName(text)
      const data = { plainHttp, mirrors: JSON.stringify(mirrors), changedAt: BigInt(now()), ...seal(registry, credentials) }
      await table.updateMany({ where: { registry }, data })
      return summaryOf(await find(registry), registry)
    },

    async remove(text) {
      await table.deleteMany({ where: { registry: registryName(text) } })
    },

    async test({ registry: text, ...asked }) {
      const registry = registryName(text)
      const kept = await find(registry)
      const credentials = asked.credentials ?? (kept === null ? undefined : open(kept))
      const isPlain = asked.plainHttp ?? kept?.plainHttp ?? false
      return testRegistry(registry, { settings: { plainHttp: isPlain ? [registry] : [] }, ...(credentials && { credentials }) })
    },

    async settings() {
      const rows = await table.findMany()
      return {
        plainHttp: rows.filter(({ plainHttp }) => plainHttp).map(({ registry }) => registry),
        mirrors: Object.fromEntries(rows.map(({ registry, mirrors }) => [registry, parseMirrors(mirrors)])),
      }
    },

    async credentialsFor(domain) {
      const kept = await find(domain.toLowerCase())
      return kept === null ? undefined : open(kept)
    },
  }
}

function purposeOf(registry: string): string {
  return `registry ${registry}`
}

function summaryOf(row: Row | null, registry: string): RegistrySummary {
  if (row !== null) return toSummary(row)
  throw new EngineError("not_found", { facts: { registry }, publicMessage: `There is no registry ${registry} here. Add it first.` })
}

function toSummary({ registry, username, plainHttp, mirrors, changedAt }: Row): RegistrySummary {
  return { registry, username, plainHttp, mirrors: parseMirrors(mirrors), changedAt: Number(changedAt) }
}

function parseMirrors(text: string): string[] {
  return JSON.parse(text) as string[]
}
