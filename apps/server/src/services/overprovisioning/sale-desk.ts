import { AsyncLocalStorage } from "node:async_hooks"
import { EngineError } from "@plimsoll/runtime"
import type { Role } from "../../contract/session.js"
import type { Promised } from "./amounts.js"
import { grows, refusalOf, type SaleRequest } from "./refuse-sale.js"

/** Something that is about to be sold. */
export interface Growth {
  /** Of whom an event speaks. */
  subject: { id: string; name: string; tenant: string }
  /** What it adds to what was promised, never negative; asked for again when its turn has come. */
  added: () => Promise<Promised>
  /** What would fit is said in plans. */
  byPlan?: boolean
}

/** Decides what may be sold on the machine that has a load line. */
export interface SaleDesk {
  /**
   * Does `work` when what it adds fits below the load line, and what it guarantees within what there is, alone among all that sells, so that of two at the same instant no two take the last
   * headroom. What adds nothing waits for nobody and is never refused. Rejects with `load_line_exceeded` (facts: resource, need, headroom, loadLine, sold; of a guarantee resource, need, headroom, allocatable, guaranteed).
   */
  sell<T>(growth: Growth, work: () => Promise<T>): Promise<T>
  /** Rejects as `sell` would now. It takes no place: who sells later is asked again, and may be refused then. */
  ask(growth: Growth): Promise<void>
  /** What `work` sells or asks passes the load line, for this reason. Rejects with `permission_denied` for all but operators. No reason: as if it were not here. */
  overruling<T>(overrule: { role: Role; reason: string | undefined }, work: () => Promise<T>): Promise<T>
}

export interface SaleDeskDependencies {
  /** All that the decision goes by, as it is now. `plans` are needed only when `byPlan`. */
  facts: (byPlan: boolean) => Promise<Omit<SaleRequest, "added"> & { advises: boolean }>
  /** It passed the line because the line only advises. */
  onAdvice: (growth: Growth, refusal: EngineError) => Promise<void>
  /** Something was sold. */
  onSold: () => void
}

export function createSaleDesk({ facts, onAdvice, onSold }: SaleDeskDependencies): SaleDesk {
  // The engines' interface knows no load line: the reason goes beside the call, not through it.
  const overruled = new AsyncLocalStorage<string>()
  let selling: Promise<unknown> = Promise.resolve()

  /** Rejects with the refusal; resolves with one that only advises. */
  async function decide(growth: Growth, added: Promised): Promise<EngineError | undefined> {
    if (overruled.getStore() !== undefined) return undefined
    const { advises, ...known } = await facts(growth.byPlan ?? false)
    const refusal = refusalOf({ ...known, added })
    if (refusal !== undefined && !advises) throw refusal
    return refusal
  }

  async function sellInTurn<T>(growth: Growth, work: () => Promise<T>): Promise<T> {
    const added = await growth.added()
    if (!grows(added)) return work()
    const advice = await decide(growth, added)
    if (advice !== undefined) await onAdvice(growth, advice)
    const done = await work()
    onSold()
    return done
  }

  return {
    async sell(growth, work) {
      if (!grows(await growth.added())) return work()
      const turn = selling.then(() => sellInTurn(growth, work))
      selling = turn.catch(() => undefined)
      return turn
    },

    // That the line only advises is told where it is passed, not where it is asked.
    async ask(growth) {
      const added = await growth.added()
      if (grows(added)) await decide(growth, added)
    },

    async overruling({ role, reason }, work) {
      if (reason === undefined) return work()
      if (role !== "operator")
        throw new EngineError("permission_denied", { publicMessage: "Only an operator may let something pass the load line." })
      return overruled.run(reason, work)
    },
  }
}
