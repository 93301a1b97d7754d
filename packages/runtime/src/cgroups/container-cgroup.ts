import { dirname, join } from "node:path"
import type { CgroupNode } from "../engine.js"
import { EngineError } from "../errors.js"
import type { Clock } from "../kernel/clock.js"
import type { CgroupLocation } from "../spec/cgroup-path.js"
import { applyWrites, writeNow, writePooled } from "./apply-writes.js"
import type { CgroupSample, ContainerCgroup } from "./cgroup-driver.js"
import { readCgroupTree } from "./cgroup-tree.js"
import { ContainerSampler } from "./container-sampler.js"
import type { Controller, LimitChange } from "./controller.js"
import { type Freezer, setFrozen } from "./freezer.js"
import type { Groups } from "./groups.js"
import type { Hierarchy } from "./hierarchy.js"
import { allPids, killAll } from "./kill-all.js"
import { type Reclaimed, type Reclaimer, reclaimMemory } from "./reclaimer.js"
import type { Signs } from "./signs.js"
import { field, StatFile } from "./stat-file.js"

/** What container groups share: the driver's parts. */
export interface CgroupContext {
  hierarchies: readonly Hierarchy[]
  unified: Hierarchy | undefined
  controllers: readonly Controller[]
  freezer: Freezer | undefined
  groups: Groups
  signs: Signs
  clock: Clock
  check(change: LimitChange): void
  /** Changes of one tenant's groups, one after the other: a v1 child must fit its parent at every moment. */
  inTurn<T>(tenant: string, change: () => Promise<T>): Promise<T>
}

const freezeDeadlineMs = 10_000
const reclaimDeadlineMs = 30_000

/** A handle on one container's group. Holds no state of its own but open statistics files. */
export class EmbeddedContainerCgroup implements ContainerCgroup {
  #sampler: ContainerSampler | undefined

  constructor(
    readonly location: CgroupLocation,
    readonly relativePath: string,
    private readonly context: CgroupContext,
  ) {}

  async exists(): Promise<boolean> {
    return this.context.groups.exists(this.relativePath)
  }

  async update(change: LimitChange): Promise<void> {
    this.context.check(change)
    this.#mustExist()
    try {
      await this.context.inTurn(this.location.tenant, () =>
        applyWrites(planWrites(this.context.controllers, this.relativePath, change), writePooled),
      )
    } finally {
      this.#sampler?.forget()
    }
  }

  freeze(): Promise<void> {
    return this.#setFrozen(true)
  }

  thaw(): Promise<void> {
    return this.#setFrozen(false)
  }

  get freezerGroup(): string | undefined {
    return this.context.freezer?.group(this.relativePath)
  }

  async isFrozen(): Promise<boolean> {
    return this.context.freezer?.requested(this.relativePath) ?? false
  }

  async reclaim(bytes: number, options: { thorough?: boolean; signal?: AbortSignal } = {}): Promise<Reclaimed> {
    const { group, reclaimer } = this.#memory()
    if (reclaimer === undefined) throw withoutMemoryController(this.relativePath)
    this.#mustExist()
    try {
      return await reclaimMemory({ reclaimer, group, bytes, clock: this.context.clock, deadlineMs: reclaimDeadlineMs, ...options })
    } finally {
      // What moves the limit shows for a moment.
      this.#sampler?.forget()
    }
  }

  get reclaimMovesLimit(): boolean {
    return this.#memory().reclaimer?.movesLimit ?? false
  }

  async pids(): Promise<number[]> {
    return allPids(this.relativePath, this.context.hierarchies)
  }

  killAll(deadlineMs: number): Promise<void> {
    return killAll({ ...this.context, path: this.relativePath, deadlineMs })
  }

  sample(options?: { economical?: boolean }): CgroupSample | undefined {
    if (this.#sampler === undefined) {
      if (!this.context.groups.exists(this.relativePath)) return undefined
      this.#sampler = new ContainerSampler({ ...this.context, path: this.relativePath, now: this.context.clock.now })
    }
    const sample = this.#sampler.sample(options)
    if (sample === undefined) this.close()
    return sample
  }

  oomKillCount(): number {
    const memory = this.context.controllers.find(({ name }) => name === "memory")
    if (memory === undefined) return 0
    const file = StatFile.open(
      join(memory.hierarchy.mount, this.relativePath, memory.hierarchy.version === 1 ? "memory.oom_control" : "memory.events"),
    )
    try {
      return field(file?.text() ?? "", "oom_kill") ?? 0
    } finally {
      file?.close()
    }
  }

  async tree(): Promise<CgroupNode[]> {
    this.#mustExist()
    return readCgroupTree(this.relativePath, this.context.hierarchies)
  }

  async remove(): Promise<void> {
    this.close()
    await this.context.groups.remove(this.relativePath)
    await settle(this.context.controllers, dirname(this.relativePath))
  }

  close(): void {
    this.#sampler?.close()
    this.#sampler = undefined
  }

  async #setFrozen(frozen: boolean): Promise<void> {
    const { freezer, clock } = this.context
    if (freezer === undefined) {
      throw new EngineError("unsupported", {
        facts: { cgroup: this.relativePath },
        publicMessage: "This host cannot pause containers: neither the cgroup v1 freezer nor cgroup v2 is mounted.",
      })
    }
    this.#mustExist()
    await setFrozen({ freezer, relativePath: this.relativePath, frozen, clock, deadlineMs: freezeDeadlineMs })
  }

  #memory(): { group: string; reclaimer: Reclaimer | undefined } {
    const controller = this.context.controllers.find(({ reclaimer }) => reclaimer !== undefined)
    const group = join(controller?.hierarchy.mount ?? "/", this.relativePath)
    return { group, reclaimer: controller?.reclaimer?.(group) }
  }

  #mustExist(): void {
    if (!this.context.groups.exists(this.relativePath))
      throw new EngineError("not_found", {
        facts: { cgroup: this.relativePath },
        publicMessage: "The container has no cgroup: it is not running.",
      })
  }
}

function withoutMemoryController(cgroup: string): EngineError {
  return new EngineError("unsupported", {
    facts: { cgroup },
    publicMessage: "This host cannot take memory back from containers: no cgroup controller of memory is mounted.",
  })
}

/** All controllers' writes for one group. `childPaths`: groups directly below it that must go on fitting in. */
export function planWrites(
  controllers: readonly Controller[],
  path: string,
  change: LimitChange,
  childNames: readonly string[] = [],
): ReturnType<Controller["plan"]> {
  return controllers.flatMap(({ hierarchy, plan }) => {
    const group = join(hierarchy.mount, path)
    return plan(
      group,
      change,
      childNames.map((name) => join(group, name)),
    )
  })
}

/** Fits a group to what is below it after something there was removed. */
export async function settle(controllers: readonly Controller[], path: string): Promise<void> {
  await applyWrites(
    controllers.flatMap((controller) => controller.settle?.(join(controller.hierarchy.mount, path)) ?? []),
    writeNow,
  )
}
