import { type ContainerEngine, EngineError, isEngineError } from "@plimsoll/runtime"
import { localHost } from "../../contract/hosts.js"
import type { EngineAccess } from "../engine/engine-access.js"
import type { Samplers } from "../live/samplers.js"
import { within } from "../within.js"
import type { ConnectedHost } from "./hosts.js"
import { isAway } from "./why-away.js"

const FULL_ID = /^[0-9a-f]{64}$/
const DEADLINE_MS = 10_000

export interface LocateDependencies {
  samplers: Pick<Samplers, "find">
  local: Pick<EngineAccess, "get">
  /** The hosts beside this machine that are there. */
  others: () => ConnectedHost[]
  nameOf: (host: string) => string
}

/**
 * The host of a container, by id, unique prefix or name: from the lists that are kept, and from the engines where it is in none (it was just
 * made). This machine goes before the others, which among themselves must agree.
 */
export async function locateContainer(id: string, deps: LocateDependencies): Promise<string> {
  const listed = deps.samplers.find(id).map(({ host }) => host)
  if (listed.includes(localHost)) return localHost
  if (listed[0] !== undefined && FULL_ID.test(id)) return listed[0]
  const missing = await whyNotHere(id, deps.local)
  if (missing === undefined) return localHost
  const having = listed.length > 0 ? listed : await askOthers(id, deps.others())
  const [host] = having
  if (host === undefined) throw missing
  if (having.length === 1) return host
  const names = having.map(deps.nameOf)
  throw new EngineError("conflict", {
    publicMessage: `Several hosts have a container “${id}”: ${names.join(", ")}. Name it by its full id.`,
    facts: { id, hosts: names },
  })
}

/** The host that a session in a container runs on. Rejects with `not_found`. */
export async function locateExec(execId: string, present: ConnectedHost[]): Promise<string> {
  const [host] = await thoseThatKnow(present, (engine) => engine.containers.inspectExec(execId))
  if (host === undefined)
    throw new EngineError("not_found", { publicMessage: "This terminal has ended. Open a new one.", facts: { execId } })
  return host
}

/** `undefined`: this machine has it. */
async function whyNotHere(id: string, local: Pick<EngineAccess, "get">): Promise<EngineError | undefined> {
  try {
    await local.get().containers.inspect(id)
    return undefined
  } catch (error) {
    if (isEngineError(error, "not_found") || isEngineError(error, "engine_unavailable")) return error
    throw error
  }
}

function askOthers(id: string, others: ConnectedHost[]): Promise<string[]> {
  return thoseThatKnow(others, (engine) => engine.containers.inspect(id))
}

/** Hosts whose engine does not answer with `not_found`. One that went away meanwhile knows nothing. */
async function thoseThatKnow(hosts: ConnectedHost[], ask: (engine: ContainerEngine) => Promise<unknown>): Promise<string[]> {
  const answers = await Promise.all(
    hosts.map(async ({ id: host, engine }) => {
      try {
        await within(DEADLINE_MS, ask(engine))
        return [host]
      } catch (error) {
        if (isEngineError(error, "not_found") || isAway(error)) return []
        throw error
      }
    }),
  )
  return answers.flat()
}
