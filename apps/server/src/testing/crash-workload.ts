import type { ContainerInspect, ContainerSummary } from "@plimsoll/runtime"
import type { ServerProcess } from "./server-process.js"

export type Step = "create" | "start" | "exec-start" | "stop" | "remove"

/** What a test asked of one container and what was acknowledged. */
export interface Account {
  id?: string
  /** Of the process that runs since an acknowledged start, until a stop is asked for. */
  pid?: number
  begun: Record<Step, number>
  acknowledged: Record<Step, number>
}

const WORKERS = 3
const none = (): Record<Step, number> => ({ create: 0, start: 0, "exec-start": 0, stop: 0, remove: 0 })

/** Asks a server for steps and keeps account of them by the containers' names, across as many servers as it takes. */
export class CrashWorkload {
  readonly accounts = new Map<string, Account>()
  #lives = 0

  async create(server: ServerProcess, name: string, command: string[], spec: object = {}): Promise<string> {
    const account: Account = { begun: none(), acknowledged: none() }
    this.accounts.set(name, account)
    const { id } = await this.#do(name, "create", () =>
      server.mutate<ContainerInspect>("containers.create", { name, image: "plimsoll/starter", command, ...spec }),
    )
    account.id = id
    return id
  }

  async start(server: ServerProcess, name: string, id: string): Promise<void> {
    await this.#do(name, "start", () => server.mutate("containers.start", { id }))
    const { state } = await server.query<ContainerInspect>("containers.inspect", { id })
    if (state.status !== "running") throw new Error(`${name} was started and is ${state.status}`)
    this.#account(name).pid = state.pid
  }

  async finish(server: ServerProcess, name: string, id: string): Promise<void> {
    await this.stop(server, name, id)
    await this.remove(server, name, id)
  }

  async stop(server: ServerProcess, name: string, id: string): Promise<void> {
    delete this.#account(name).pid
    await this.#do(name, "stop", () => server.mutate("containers.stop", { id, timeoutMs: 0 }))
  }

  remove(server: ServerProcess, name: string, id: string): Promise<unknown> {
    return this.#do(name, "remove", () => server.mutate("containers.remove", { id }))
  }

  /**
   * Works until the server is killed: workers take what earlier servers left where it stands, then make their own. Rejects
   * when the server refuses a step or ends by itself.
   */
  async run(server: ServerProcess, inherited: readonly ContainerSummary[]): Promise<void> {
    const life = this.#lives++
    const worker = async (index: number) => {
      for (const [place, { name, id, state }] of inherited.entries()) {
        if (place % WORKERS === index) await this.#carryOn(server, name, id, state.status)
      }
      for (let round = 0; ; round++) {
        const name = `load-${life}-${index}-${round}`
        // One of the workers has its containers on the bridge, with a port: links, addresses and packet rules come and go too.
        const network = index === 0 ? { ports: [{ containerPort: 80, protocol: "tcp" }] } : { network: { kind: "none" } }
        await this.#carryOn(server, name, await this.create(server, name, ["sleep", "1000"], network), "created")
      }
    }
    const untilKilled = (error: unknown) => {
      if (!server.killed) throw error
    }
    await Promise.all(Array.from({ length: WORKERS }, (_, index) => worker(index).catch(untilKilled)))
  }

  async #carryOn(server: ServerProcess, name: string, id: string, status: string): Promise<void> {
    if (status === "created") await this.start(server, name, id)
    if (status === "created" || status === "running") {
      // Half of them end at once, half outlive the server.
      const command = Number.parseInt(id.slice(0, 1), 16) % 2 === 0 ? ["sh", "-c", "exit 7"] : ["sleep", "1000"]
      await this.#do(name, "exec-start", () => server.mutate("containers.openTerminal", { id, command, columns: 80, rows: 24 }))
      await this.stop(server, name, id)
    }
    await this.remove(server, name, id)
  }

  async #do<T>(name: string, step: Step, act: () => Promise<T>): Promise<T> {
    const { begun, acknowledged } = this.#account(name)
    begun[step]++
    const result = await act()
    acknowledged[step]++
    return result
  }

  #account(name: string): Account {
    const account = this.accounts.get(name)
    if (account === undefined) throw new Error(`nobody asked for ${name}`)
    return account
  }
}
