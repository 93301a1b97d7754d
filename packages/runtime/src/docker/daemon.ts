import type { EngineInfo } from "../engine.js"
import type { DockerClient } from "./docker-client.js"
import type { KernelReaders } from "./host-tools.js"
import { type DockerLimits, dockerLimits } from "./limits.js"
import { engineAway } from "./translate-error.js"
import type { WireInfo, WireVersion } from "./wire.js"

/** What is known of the daemon behind the API. */
export interface DaemonFacts {
  info: WireInfo
  version: WireVersion
  flavour: "docker" | "podman"
  /** Kernel readers, when the daemon's containers are processes of this very host. */
  kernel: KernelReaders | undefined
  cgroupVersion: EngineInfo["cgroupVersion"]
  limits: DockerLimits
  /** Podman has its checks run by timers of systemd, and by nobody where there is none. */
  runsHealthChecks: boolean
  /** Containers have a user namespace unless they ask for the host's. */
  remapsUsers: boolean
  /** Add to this clock to have a moment that the daemon's has surely reached, and not long ago. */
  clockSkewMs: number
}

/** Asks the daemon what it is, once in a while: it may be replaced by another version at the same address. */
export class Daemon {
  #known: { facts: Promise<DaemonFacts>; askedAt: number } | undefined

  constructor(
    private readonly client: DockerClient,
    private readonly kernel: KernelReaders | undefined,
    private readonly now: () => number,
  ) {}

  /** Rejects with `engine_unavailable`. */
  facts(): Promise<DaemonFacts> {
    if (this.#known !== undefined && this.now() - this.#known.askedAt < maximumAgeMs) return this.#known.facts
    return this.refresh()
  }

  refresh(): Promise<DaemonFacts> {
    const facts = this.#ask()
    const known = { facts, askedAt: this.now() }
    this.#known = known
    facts.catch(() => {
      if (this.#known === known) this.#known = undefined
    })
    return facts
  }

  async #ask(): Promise<DaemonFacts> {
    const about = { kind: "engine", doing: "say what it is" } as const
    const before = this.now()
    // Everything waits for this answer, and it is asked for again and again: a daemon that hangs must not gather connections.
    const signal = AbortSignal.timeout(deadlineMs)
    const [info, version] = await Promise.all([
      this.client.json<WireInfo>({ method: "GET", path: "/info", about, signal }),
      this.client.json<WireVersion>({ method: "GET", path: "/version", about, signal }),
    ]).catch((cause: unknown) => {
      throw signal.aborted ? engineAway(this.client.endpoint, { errno: "ETIMEDOUT", said: "", cause }) : cause
    })
    const kernel = this.#isThisHost(info) ? this.kernel : undefined
    const cgroupVersion = kernel?.host().cgroupVersion ?? (info.CgroupVersion === "2" ? "v2" : info.CgroupVersion === "1" ? "v1" : "none")
    const flavour = (version.Components ?? []).some((component) => /podman/i.test(component.Name ?? "")) ? "podman" : "docker"
    return {
      info,
      version,
      flavour,
      kernel,
      cgroupVersion,
      limits: dockerLimits({ info, flavour, cgroupVersion, kernelLimits: kernel?.enforceableLimits() }),
      runsHealthChecks: flavour === "docker" || info.CgroupDriver === "systemd",
      remapsUsers: (info.SecurityOptions ?? []).some((option) => /^name=(userns|rootless)\b/.test(option)),
      clockSkewMs: kernel === undefined ? skewOf(info.SystemTime, before) : 0,
    }
  }

  // A socket can be forwarded from elsewhere; whose processes they are is checked again with each container's pid.
  #isThisHost(info: WireInfo): boolean {
    if (this.kernel === undefined || this.client.endpoint.kind !== "unix") return false
    const host = this.kernel.host()
    return info.KernelVersion === host.kernelVersion && (info.Name === undefined || info.Name === host.hostname)
  }
}

const maximumAgeMs = 60_000
const deadlineMs = 15_000

// Their time was read after the question went out: what this is too much is at most the time that the answer took.
function skewOf(systemTime: string | undefined, askedAt: number): number {
  const theirs = Date.parse(systemTime ?? "")
  return Number.isFinite(theirs) ? theirs - askedAt : 0
}
