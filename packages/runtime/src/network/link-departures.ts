import type { Clock } from "../kernel/clock.js"
import { removeLink } from "./container-link.js"
import type { HostNetwork } from "./host-network.js"

/**
 * Links whose containers are gone. The kernel frees them by itself with the network namespace, many in one go; asking it
 * to delete each one at once would take 10–50 ms under the lock that every new link needs. So they are given a moment,
 * and only what is still there then is deleted.
 */
export class LinkDepartures {
  readonly #host: HostNetwork
  readonly #clock: Clock
  readonly #onFailure: (link: string, error: unknown) => void
  readonly #leaving = new Map<string, { gone: Promise<void> }>()

  constructor(options: { host: HostNetwork; clock: Clock; onFailure: (link: string, error: unknown) => void }) {
    this.#host = options.host
    this.#clock = options.clock
    this.#onFailure = options.onFailure
  }

  /** Lets the link go in the background. */
  begin(link: string): void {
    const leaving = { gone: Promise.resolve() }
    this.#leaving.set(link, leaving)
    const isLeaving = (): boolean => this.#leaving.get(link) === leaving
    leaving.gone = this.#follow(link, isLeaving)
      .catch((error: unknown) => this.#onFailure(link, error))
      .finally(() => {
        if (isLeaving()) this.#leaving.delete(link)
      })
  }

  /** Resolves when no link of this name is leaving any more; it is then deleted without a moment's grace. The next of this name stays. */
  async finish(link: string): Promise<void> {
    if (this.#leaving.delete(link)) await removeLink(this.#host, link)
  }

  /** Resolves when all are gone. */
  async settled(): Promise<void> {
    while (this.#leaving.size > 0) await Promise.all([...this.#leaving.values()].map(({ gone }) => gone))
  }

  async #follow(link: string, isLeaving: () => boolean): Promise<void> {
    for (const pauseMs of gracePausesMs) {
      await this.#clock.sleep(pauseMs)
      if (!isLeaving() || (await this.#host.link(link)) === undefined) return
    }
    if (isLeaving()) await removeLink(this.#host, link)
  }
}

const gracePausesMs = [5, 10, 20, 40, 80]
