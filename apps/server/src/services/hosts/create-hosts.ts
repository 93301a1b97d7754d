import { randomUUID } from "node:crypto"
import { type ContainerEngine, type DockerEndpoint, EngineError, isEngineError } from "@plimsoll/runtime"
import { type HostSummary, localHost, type OnHost } from "../../contract/hosts.js"
import type { EngineAccess } from "../engine/engine-access.js"
import type { RunningEventLog } from "../events/create-event-log.js"
import { countByStatus } from "../live/count-by-status.js"
import { LatestQueue } from "../live/latest-queue.js"
import type { Samplers } from "../live/samplers.js"
import { within } from "../within.js"
import { AddedHost, type AddedHostDependencies } from "./added-host.js"
import { endpointAddress } from "./endpoint-address.js"
import type { HostStore, StoredHost } from "./host-store.js"
import type { ConnectedHost, Hosts } from "./hosts.js"
import { locateContainer, locateExec } from "./locate-container.js"
import { type FoundEngine, testEndpoint } from "./test-endpoint.js"
import { isAway } from "./why-away.js"

/** A host that is not this machine has so long for its answer. */
const LIST_DEADLINE_MS = 10_000
/** Changes of this long are told at once. */
const GATHER_MS = 200

export interface HostsOptions extends Omit<AddedHostDependencies, "onChange" | "store" | "events"> {
  /** This machine. */
  local: EngineAccess
  /** With this machine's; those of the others are added. */
  samplers: Samplers
  store: HostStore
  events: AddedHostDependencies["events"] & Pick<RunningEventLog, "forget">
}

export interface RunningHosts extends Hosts {
  /** Leaves all of them but this machine; containers there go on. */
  close(): Promise<void>
}

/** Brings back the hosts that were added. Resolves at once: none of them is waited for. */
export async function createHosts(options: HostsOptions): Promise<RunningHosts> {
  const { local, samplers, store, events, openDockerEngine, now } = options
  const added = new Map<string, AddedHost>()
  const listeners = new Set<() => void>()
  let gathering: NodeJS.Timeout | undefined
  let changing: Promise<unknown> = Promise.resolve()

  function announce(): void {
    gathering ??= setTimeout(() => {
      gathering = undefined
      for (const listener of listeners) listener()
    }, GATHER_MS).unref()
  }

  function open(stored: StoredHost): AddedHost {
    const host = new AddedHost(stored, { ...options, onChange: announce })
    added.set(stored.id, host)
    samplers.add(stored.id, host.sampler)
    host.start()
    return host
  }

  async function leave(host: AddedHost): Promise<void> {
    added.delete(host.id)
    samplers.remove(host.id, now())
    await host.close()
  }

  /** One change after the other: two at once must not both find a name free. */
  function inTurn<T>(change: () => Promise<T>): Promise<T> {
    const done = changing.then(change)
    changing = done.catch(() => undefined)
    return done
  }

  function find(id: string): AddedHost {
    const host = added.get(id)
    if (host === undefined) throw new EngineError("not_found", { publicMessage: `There is no host “${id}”.`, facts: { host: id } })
    return host
  }

  const accessOf = (id: string): EngineAccess => (id === localHost ? local : find(id).access)

  function connected(): ConnectedHost[] {
    return [localHost, ...sorted().map(({ id }) => id)].flatMap((id) => {
      try {
        return [{ id, engine: accessOf(id).get() }]
      } catch (error) {
        // `list` says why.
        if (isEngineError(error, "engine_unavailable")) return []
        throw error
      }
    })
  }

  function sorted(): AddedHost[] {
    return [...added.values()].sort((a, b) => a.name.localeCompare(b.name))
  }

  async function localSummary(): Promise<HostSummary> {
    const info = await local.info()
    return {
      id: localHost,
      name: info.hostname,
      kind: info.kind,
      endpoint: null,
      status: info.status === "available" ? "connected" : "away",
      reason: info.reason ?? null,
      remedy: info.remedy ?? null,
      seenAt: info.status === "available" ? now() : null,
      info,
      counts: countByStatus(samplers.of(localHost)?.rows.values() ?? []),
    }
  }

  async function list(): Promise<HostSummary[]> {
    return [await localSummary(), ...sorted().map((host) => host.summary())]
  }

  async function refuseTakenName(name: string, self?: string): Promise<void> {
    const taken = (await list()).find((host) => host.id !== self && host.name.toLowerCase() === name.toLowerCase())
    if (taken !== undefined)
      throw new EngineError("name_in_use", {
        publicMessage: `There is a host “${taken.name}” already. Choose another name.`,
        facts: { name },
      })
  }

  /** Two addresses may lead to one engine: its containers tell. */
  async function testNew(endpoint: DockerEndpoint, self?: string): Promise<FoundEngine> {
    const address = endpointAddress(endpoint)
    const refuse = (name: string) =>
      new EngineError("conflict", { publicMessage: `This engine is here already, as the host “${name}”.`, facts: { endpoint: address } })
    const same = [...added.values()].find((host) => host.id !== self && host.address === address)
    if (same !== undefined) throw refuse(same.name)
    const found = await testEndpoint(() => openDockerEngine(endpoint))
    const known = found.containers.flatMap(({ id }) => samplers.find(id)).find(({ host }) => host !== self)
    if (known !== undefined) throw refuse(nameOf(known.host))
    return found
  }

  const nameOf = (id: string): string => (id === localHost ? "this machine" : (added.get(id)?.name ?? id))

  function noteChange(
    host: AddedHost,
    action: "create" | "update" | "rename" | "remove",
    attributes: Record<string, string>,
  ): Promise<void> {
    return events.note({ at: now(), kind: "engine", action, id: host.id, name: host.name, tenant: "operator", attributes }, host.id)
  }

  for (const stored of await store.all()) open(stored)
  const stopCounting = samplers.onFrame(({ upserted, removed }) => {
    if (upserted.length > 0 || removed.length > 0) announce()
  })
  const stopOpening = local.onOpened(announce)

  return {
    engineOf: (id) => accessOf(id).get(),
    connected,
    infoOf: async (id) => accessOf(id).info(),

    async ofContainer(id) {
      const others = () => connected().filter((other) => other.id !== localHost)
      const host = await locateContainer(id, { samplers, local, others, nameOf })
      return { host, engine: accessOf(host).get() }
    },

    hostOfExec: (execId) => locateExec(execId, connected()),

    async onEach<T extends object>(only: string | undefined, ask: (engine: ContainerEngine) => Promise<T[]>): Promise<OnHost<T>[]> {
      const asked = only === undefined ? connected() : [{ id: only, engine: accessOf(only).get() }]
      if (asked.length === 0) local.get()
      const answers = await Promise.all(
        asked.map(async ({ id: host, engine }) => {
          try {
            const items = await (host === localHost ? ask(engine) : within(LIST_DEADLINE_MS, ask(engine)))
            return items.map((item) => ({ ...item, host }))
          } catch (error) {
            if (only !== undefined || host === localHost || !isAway(error)) throw error
            added.get(host)?.onError(error, "list")
            return []
          }
        }),
      )
      return answers.flat()
    },

    assertAny() {
      if (added.size === 0) local.get()
    },

    list,

    async *follow(signal) {
      const queue = new LatestQueue<true>(() => true)
      const listener = () => queue.push(true)
      listeners.add(listener)
      try {
        yield await list()
        for await (const _ of queue.read(signal)) yield await list()
      } finally {
        listeners.delete(listener)
      }
    },

    async test(endpoint) {
      const { info, containers, images } = await testEndpoint(() => openDockerEngine(endpoint))
      return { info, containers: containers.length, images }
    },

    add: ({ name, endpoint }) =>
      inTurn(async () => {
        await refuseTakenName(name)
        const { info } = await testNew(endpoint)
        const id = randomUUID()
        await store.insert({ id, name, endpoint, createdAt: now() })
        const host = open({ id, name, endpoint, info, containers: [], seenAt: now() })
        await noteChange(host, "create", { endpoint: host.address })
        await host.access.ask()
        announce()
        return host.summary()
      }),

    change: (id, { name, endpoint }) =>
      inTurn(async () => {
        if (id === localHost)
          throw new EngineError("invalid_argument", {
            publicMessage: "This machine has its own name, and its engine is where the console is.",
          })
        let host = find(id)
        const oldName = host.name
        if (name !== undefined) await refuseTakenName(name, id)
        const found = endpoint && (await testNew(endpoint, id))
        await store.change(id, { ...(name !== undefined && { name }), ...(endpoint !== undefined && { endpoint }) })
        if (name !== undefined) host.name = name
        if (endpoint !== undefined && found !== undefined) {
          await leave(host)
          host = open({ id, name: host.name, endpoint, info: found.info, containers: [], seenAt: now() })
          await noteChange(host, "update", { endpoint: host.address })
          await host.access.ask()
        }
        if (host.name !== oldName) await noteChange(host, "rename", { oldName })
        announce()
        return host.summary()
      }),

    remove: (id) =>
      inTurn(async () => {
        if (id === localHost)
          throw new EngineError("invalid_argument", { publicMessage: "This machine cannot be removed: the console runs on it." })
        const host = added.get(id)
        if (host === undefined) return
        await store.remove(id)
        await leave(host)
        await events.forget(id)
        await noteChange(host, "remove", { endpoint: host.address })
        announce()
      }),

    async close() {
      clearTimeout(gathering)
      stopCounting()
      stopOpening()
      await changing
      await Promise.all([...added.values()].map((host) => host.close()))
    },
  }
}
