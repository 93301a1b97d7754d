"use client"
import { useState } from "react"
import { overlay, same } from "./draft"

/** What a form holds of settings that others may change at the same time. `now`: the settings as the server has them. */
export function useDraft<Values extends object>(now: Values) {
  const [draft, setDraft] = useState<{ base: Values; edited: Values } | null>(null)
  const values = draft === null ? now : overlay({ ...draft, now })
  return {
    values,
    dirty: !same(values, now),
    /** Somebody else saved since the first edit; their values are shown wherever nothing was edited here. */
    changedMeanwhile: draft !== null && !same(draft.base, now),
    edit: (edited: Values) => setDraft((old) => ({ base: old?.base ?? now, edited })),
    discard: () => setDraft(null),
  }
}
