import { AsyncLocalStorage } from "node:async_hooks"
import { EngineError } from "@plimsoll/runtime"
import type { Role } from "../../contract/session.js"
import type { Amounts } from "./amounts.js"
import { grows, refusalOf, type SaleRequest } from "./refuse-sale.js"

/** Something that is about to be sold. */
export interface Growth {
  /** Of whom an event speaks. */
  subject: { id: string; name: string; tenant: string }
  /** What it adds to what was sold, never negative; asked for again when its turn has come. */
  added: () => Promise<Amounts>
  /** What would fit is said in plans. */
  byPlan?: boolean
}

/** Decides what may be sold on the machine that has a load line. */
export interface SaleDesk {
  /**
   * Does `work` when what it adds fits below the load line, alone among all that sells, so that of two at the same instant no two take the last
   * headroom. What adds nothing waits for nobody and is never refused. Rejects with `load_line_exceeded` (facts: resource, need, headroom, loadLine, sold).
   */
  sell<T>(growth: Growth, work: () => Promise<T>): Promise<T>
  /** What `work` sells passes the load line, for this reason. Rejects with `permission_denied` for all but operators. No reason: as if it were not here. */
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

  async function decide(growth: Growth, added: Amounts): Promise<void> {
    if (overruled.getStore() !== undefined) return
    const { advises, ...known } = await facts(growth.byPlan ?? false)
    const refusal = refusalOf({ ...known, added })
    if (refusal === undefined) return
    if (!advises) throw refusal
    await onAdvice(growth, refusal)
  }

  async function sellInTurn<T>(growth: Growth, work: () => Promise<T>): Promise<T> {
    const added = await growth.added()
    if (!grows(added)) return work()
    await decide(growth, added)
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

    async overruling({ role, reason }, work) {
      if (reason === undefined) return work()
      if (role !== "operator")
        throw new EngineError("permission_denied", { publicMessage: "Only an operator may let something pass the load line." })
      return overruled.run(reason, work)
    },
  }
}
