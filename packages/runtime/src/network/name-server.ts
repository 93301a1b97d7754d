import { Resolver } from "node:dns/promises"
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { basename, join } from "node:path"
import { EngineError, errnoOf } from "../errors.js"
import type { Clock } from "../kernel/clock.js"
import { isSameProcessAlive, type ProcessIdentity, readProcessArguments, readProcessStat, signalProcess } from "../kernel/process-stat.js"
import type { SpawnTool } from "../kernel/spawn-tool.js"
import { findNameServer } from "./find-name-server.js"
import { type NamedNetwork, renderZone } from "./name-zone.js"

interface NameServerOptions {
  /** For its configuration; lost at reboot. */
  directory: string
  clock: Clock
  spawn: SpawnTool
  warn: (message: string, facts: Readonly<Record<string, unknown>>) => void
  /** The program; undefined: it is not installed. */
  program?: string | undefined
}

/** What `attach` tells of a container. */
export interface NamedContainer {
  containerId: string
  address: string
  names: readonly string[]
}

/** Queries that follow each other closely are one change. */
const GATHER_MS = 50
const LOOK_INTERVAL_MS = 1000
/** A container that comes right after the last one went finds it still there. */
const LINGER_MS = 15_000
const ANSWER_DEADLINE_MS = 2000
const ANSWER_PAUSE_MS = 10
const SIGNAL_AGAIN_MS = 250
const STOP_DEADLINE_MS = 2000

/**
 * The containers' name server: one aardvark-dns for the instance, which listens at the gateways of the networks that have containers. It is a
 * daemon of its own, so that names are resolved while the engine is away; the engine that comes back finds it by its configuration
 * directory, which nobody else's process has among its arguments. It knows no names but those of the asking container's own networks.
 */
export class NameServer {
  readonly #options: NameServerOptions
  readonly #program: string | undefined
  readonly #zones: string
  readonly #networks = new Map<string, NamedNetwork>()
  /** Bridges of networks whose file is to be written, or removed. */
  readonly #changed = new Set<string>()
  /** Bridges at whose gateway it was seen to answer. */
  readonly #served = new Set<string>()
  readonly #closing = new AbortController()
  #generation = 0
  #process: ProcessIdentity | undefined
  #running: Promise<void> | undefined
  #looking = false
  #warned = false
  #idleSince: number | undefined

  constructor(options: NameServerOptions) {
    this.#options = options
    this.#program = "program" in options ? options.program : findNameServer()
    this.#zones = join(options.directory, "zones")
  }

  /** Without it containers ask the host's own resolvers, and do not know each other's names. */
  get available(): boolean {
    return this.#program !== undefined
  }

  /** Makes the container known in the network. Resolves when the name server answers there; what goes wrong is a warning, since the container runs without. */
  async attach(network: Omit<NamedNetwork, "containers">, container: NamedContainer): Promise<void> {
    if (this.#program === undefined) return
    const known = this.#networks.get(network.bridge)
    const containers = known?.containers ?? new Map<string, NamedContainer>()
    this.#networks.set(network.bridge, { ...network, containers: containers.set(container.containerId, container) })
    this.#changed.add(network.bridge)
    this.#idleSince = undefined
    // Of an internal network's container it must know from the first moment that nothing is forwarded for it.
    const isKnown = this.#served.has(network.bridge) && !network.internal
    // Nobody waits for one that is known not to answer.
    if (isKnown || this.#warned) void this.#flushSoon()
    else await this.#flush()
  }

  /** It is in no network any more, or not in this one. */
  detach(containerId: string, bridge?: string): void {
    for (const network of this.#networks.values()) {
      if (bridge !== undefined && network.bridge !== bridge) continue
      if (network.containers.delete(containerId)) this.#changed.add(network.bridge)
    }
    if (this.#changed.size > 0) void this.#flushSoon()
  }

  rename(containerId: string, names: (network: string) => readonly string[]): void {
    for (const { bridge, name, containers } of this.#networks.values()) {
      const container = containers.get(containerId)
      if (container === undefined) continue
      containers.set(containerId, { ...container, names: names(name) })
      this.#changed.add(bridge)
    }
    if (this.#changed.size > 0) void this.#flushSoon()
  }

  /** The network's bridge is gone. */
  async forget(bridge: string): Promise<void> {
    if (!this.#networks.delete(bridge)) return
    this.#changed.add(bridge)
    await this.#flush()
  }

  /** Takes over, starts or ends it after the engine was away: these networks, with these containers, are all there is. */
  async reconcile(networks: readonly NamedNetwork[]): Promise<void> {
    this.#process = this.#find()
    if (this.#program === undefined) return
    this.#networks.clear()
    for (const bridge of this.#zonesThere()) this.#changed.add(bridge)
    for (const network of networks) {
      if (network.containers.size === 0) continue
      this.#networks.set(network.bridge, network)
      this.#changed.add(network.bridge)
    }
    if (this.#networks.size > 0) await this.#flush()
    else await this.#stop()
  }

  /** Stops looking after it. It goes on while there are containers that need it. */
  async close(): Promise<void> {
    this.#closing.abort()
    await this.#running
    if (this.#isIdle()) await this.#stop()
  }

  /** Ends it and removes its files. */
  async destroy(): Promise<void> {
    this.#closing.abort()
    await this.#running
    this.#networks.clear()
    this.#process = this.#find()
    await this.#stop()
    rmSync(this.#options.directory, { recursive: true, force: true })
  }

  #isIdle(): boolean {
    return [...this.#networks.values()].every(({ containers }) => containers.size === 0)
  }

  async #flushSoon(): Promise<void> {
    try {
      await this.#options.clock.sleep(GATHER_MS, this.#closing.signal)
    } catch {
      // Closed meanwhile: the next engine writes what is so then.
      return
    }
    await this.#flush()
  }

  /** Callers share a run; those that come in its middle share the next. */
  async #flush(): Promise<void> {
    while (this.#changed.size > 0 && !this.#closing.signal.aborted) {
      this.#running ??= this.#bringUp().finally(() => {
        this.#running = undefined
      })
      await this.#running
    }
    await this.#running
  }

  async #bringUp(): Promise<void> {
    const bridges = [...this.#changed]
    this.#changed.clear()
    try {
      this.#writeZones(bridges)
      if (this.#networks.size === 0) return await this.#stop()
      const process = this.#alive()
      if (process === undefined) await this.#start()
      await this.#waitForAnswers(bridges, process !== undefined)
      this.#warned = false
    } catch (error) {
      if (!this.#warned) this.#options.warn("Containers' names cannot be resolved now; trying again.", { error })
      this.#warned = true
    } finally {
      void this.#lookAfter()
    }
  }

  // Written beside the zones and renamed into them: it reads every file that is there.
  #writeZones(bridges: readonly string[]): void {
    mkdirSync(this.#zones, { recursive: true, mode: 0o700 })
    for (const bridge of bridges) {
      const network = this.#networks.get(bridge)
      const path = join(this.#zones, bridge)
      if (network === undefined) {
        this.#served.delete(bridge)
        rmSync(path, { force: true })
      } else {
        const temporary = join(this.#options.directory, "zone.new")
        this.#generation = Math.max(this.#generation + 1, this.#options.clock.now())
        writeFileSync(temporary, renderZone(network, generationName(this.#generation)), { mode: 0o600 })
        renameSync(temporary, path)
        this.#generations.set(bridge, this.#generation)
      }
    }
  }

  readonly #generations = new Map<string, number>()

  async #start(): Promise<void> {
    if (this.#program === undefined) return
    rmSync(join(this.#zones, PID_FILE), { force: true })
    this.#served.clear()
    // Its parent ends as soon as the daemon has begun.
    await this.#options.spawn(this.#program, ["--config", this.#zones, "--port", "53", "run"], {
      timeoutMs: 5000,
      errorCode: "network_failed",
    })
    this.#process = this.#find()
  }

  /** It has read the new zones when it knows their generation. A signal that comes while it reloads is lost (aardvark-dns 1.4), so that it is sent again. */
  async #waitForAnswers(bridges: readonly string[], signal: boolean): Promise<void> {
    const { clock } = this.#options
    const began = clock.monotonic()
    let signalledAt = signal ? Number.NEGATIVE_INFINITY : began
    for (const bridge of bridges) {
      while (this.#networks.has(bridge) && !(await this.#answers(bridge))) {
        const now = clock.monotonic()
        if (now - began > ANSWER_DEADLINE_MS) {
          this.#served.delete(bridge)
          throw notAnswering(this.#networks.get(bridge)?.gateway)
        }
        if (now - signalledAt > SIGNAL_AGAIN_MS && this.#reload()) signalledAt = now
        else await clock.sleep(ANSWER_PAUSE_MS)
      }
      if (this.#networks.has(bridge)) this.#served.add(bridge)
    }
    if (signalledAt === Number.NEGATIVE_INFINITY) this.#reload()
  }

  async #answers(bridge: string): Promise<boolean> {
    const [network, generation] = [this.#networks.get(bridge), this.#generations.get(bridge)]
    if (network === undefined || generation === undefined) return false
    const resolver = new Resolver({ timeout: 250, tries: 1 })
    resolver.setServers([network.gateway])
    try {
      return (await resolver.resolve4(generationName(generation))).length > 0
    } catch {
      // Not yet: ECONNREFUSED, ENOTFOUND, ETIMEOUT.
      return false
    }
  }

  #reload(): boolean {
    const process = this.#alive()
    return process !== undefined && signalProcess(process.pid, process.startTicks, "SIGHUP")
  }

  async #stop(): Promise<void> {
    const process = this.#alive()
    this.#served.clear()
    if (process !== undefined) {
      const { clock } = this.#options
      signalProcess(process.pid, process.startTicks, "SIGTERM")
      const began = clock.monotonic()
      while (isSameProcessAlive(process.pid, process.startTicks)) {
        if (clock.monotonic() - began > STOP_DEADLINE_MS) signalProcess(process.pid, process.startTicks, "SIGKILL")
        await clock.sleep(5)
      }
    }
    this.#process = undefined
    rmSync(this.#zones, { recursive: true, force: true })
  }

  #alive(): ProcessIdentity | undefined {
    const process = this.#process
    return process !== undefined && isSameProcessAlive(process.pid, process.startTicks) ? process : undefined
  }

  // It writes its pid; that the process of this number is ours its arguments tell. The file may be lost, so that all are looked at then.
  #find(): ProcessIdentity | undefined {
    const written = this.#identify(readIfThere(join(this.#zones, PID_FILE)))
    if (written !== undefined) return written
    for (const name of readdirSync("/proc")) {
      const found = this.#identify(name)
      if (found !== undefined) return found
    }
    return undefined
  }

  #identify(pidText: string): ProcessIdentity | undefined {
    if (!/^\d+$/.test(pidText)) return undefined
    const pid = Number(pidText)
    const startTicks = readProcessStat(pid)?.startTicks
    const [program = "", ...rest] = readProcessArguments(pid) ?? []
    return startTicks !== undefined && basename(program) === PROGRAM && rest.includes(this.#zones) ? { pid, startTicks } : undefined
  }

  #zonesThere(): string[] {
    mkdirSync(this.#zones, { recursive: true, mode: 0o700 })
    return readdirSync(this.#zones).filter((name) => name !== PID_FILE)
  }

  /** Starts it anew when it died, and ends it some time after the last container that needs it. */
  async #lookAfter(): Promise<void> {
    if (this.#looking) return
    this.#looking = true
    const { clock } = this.#options
    try {
      while (this.#networks.size > 0) {
        await clock.sleep(LOOK_INTERVAL_MS, this.#closing.signal)
        if (this.#isIdle()) {
          this.#idleSince ??= clock.monotonic()
          if (clock.monotonic() - this.#idleSince < LINGER_MS) continue
        }
        const unserved =
          this.#alive() === undefined ? this.#networks.keys() : [...this.#networks.keys()].filter((bridge) => !this.#served.has(bridge))
        for (const bridge of unserved) this.#changed.add(bridge)
        for (const { bridge, containers } of this.#networks.values()) {
          if (containers.size > 0 || !this.#isIdle()) continue
          this.#networks.delete(bridge)
          this.#changed.add(bridge)
        }
        await this.#flush()
      }
    } catch (error) {
      if (!this.#closing.signal.aborted) throw error
    } finally {
      this.#looking = false
    }
  }
}

const PROGRAM = "aardvark-dns"
/** It names it so itself. */
const PID_FILE = "aardvark.pid"

function generationName(generation: number): string {
  return `generation-${generation}`
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, "utf8")
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return ""
    throw error
  }
}

function notAnswering(gateway: string | undefined): EngineError {
  return new EngineError("network_failed", {
    facts: { op: "name server", gateway },
    publicMessage: `The name server does not answer at ${gateway}. Perhaps another program has port 53 of all addresses: see ss -lunp 'sport = 53'.`,
  })
}
