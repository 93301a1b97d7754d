import type { CgroupDriver, ContainerCgroup } from "../cgroups/cgroup-driver.js"

/** One handle a running container, so that sampling keeps its files open from one second to the next. */
export class CgroupHandles {
  readonly #cgroups: Pick<CgroupDriver, "open">
  readonly #handles = new Map<string, ContainerCgroup>()

  constructor(cgroups: Pick<CgroupDriver, "open">) {
    this.#cgroups = cgroups
  }

  of(container: { id: string; tenant: string }): ContainerCgroup {
    const known = this.#handles.get(container.id)
    if (known !== undefined) return known
    const handle = this.#cgroups.open({ tenant: container.tenant, containerId: container.id })
    this.#handles.set(container.id, handle)
    return handle
  }

  /** The run is over: closes its files. */
  drop(containerId: string): void {
    this.#handles.get(containerId)?.close()
    this.#handles.delete(containerId)
  }

  close(): void {
    for (const id of [...this.#handles.keys()]) this.drop(id)
  }
}
