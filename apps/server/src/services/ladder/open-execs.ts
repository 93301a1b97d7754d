import type { EngineEvent } from "@plimsoll/runtime"

/** Which containers somebody has an exec in, as far as events since the start of the server tell. */
export class OpenExecs {
  readonly #execs = new Map<string, Set<string>>()

  see({ kind, action, id, attributes }: Pick<EngineEvent, "kind" | "action" | "id" | "attributes">): void {
    if (kind !== "container") return
    const execId = attributes.execId ?? ""
    if (action === "exec-start") this.#execs.set(id, (this.#execs.get(id) ?? new Set()).add(execId))
    if (action === "exec-exit") this.#execs.get(id)?.delete(execId)
    if (action === "exit" || action === "remove" || this.#execs.get(id)?.size === 0) this.#execs.delete(id)
  }

  has(id: string): boolean {
    return this.#execs.has(id)
  }
}
