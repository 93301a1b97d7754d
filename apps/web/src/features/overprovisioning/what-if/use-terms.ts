"use client"
import type { WhatIfResource } from "@plimsoll/server/contract"
import { useQueryStates } from "nuqs"
import { type ExtraTenants, termParsers } from "./terms"

/** What is asked. `null`: no bound but the prediction. */
export interface Terms {
  resource: WhatIfResource
  theta: number
  ratio: number | null
  size: number
  days: number
  extra: ExtraTenants[]
}

/** The terms of the address, and what holds now (`theta` of each resource) where it says nothing. `change` of `null` takes a part back to that. */
export function useTerms(theta: Record<WhatIfResource, number>) {
  const [given, change] = useQueryStates(termParsers, { history: "replace" })
  const thetaNow = theta[given.resource]
  const terms: Terms = { ...given, theta: given.theta ?? thetaNow }
  const changed = terms.theta !== thetaNow || terms.ratio !== null || terms.size !== 1 || terms.extra.length > 0
  return {
    terms,
    thetaNow,
    change,
    /** False: all is asked as it holds now. */
    changed,
    reset: () => void change({ theta: null, ratio: null, size: null, extra: null }),
  }
}
