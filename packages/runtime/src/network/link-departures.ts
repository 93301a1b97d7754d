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
  readonly #leaving = new Map<string, Promise<void>>()

  constructor(options: { host: HostNetwork; clock: Clock; onFailure: (link: string, error: unknown) => void }) {
    this.#host = options.host
    this.#clock = options.clock
    this.#onFailure = options.onFailure
  }

  /** Lets the link go in the background. */
  begin(link: string): void {
    const leaving: Promise<void> = this.#follow(link)
      .catch((error: unknown) => this.#onFailure(link, error))
      .finally(() => {
        if (this.#leaving.get(link) === leaving) this.#leaving.delete(link)
      })
    this.#leaving.set(link, leaving)
  }

  /** Resolves when no link of this name is leaving any more; it is then deleted without a moment's grace. */
  async finish(link: string): Promise<void> {
    if (this.#leaving.has(link)) await removeLink(this.#host, link)
  }

  /** Resolves when all are gone. */
  async settled(): Promise<void> {
    while (this.#leaving.size > 0) await Promise.all(this.#leaving.values())
  }

  async #follow(link: string): Promise<void> {
    for (const pauseMs of gracePausesMs) {
      await this.#clock.sleep(pauseMs)
      if ((await this.#host.link(link)) === undefined) return
    }
    await removeLink(this.#host, link)
  }
}

const gracePausesMs = [5, 10, 20, 40, 80]
