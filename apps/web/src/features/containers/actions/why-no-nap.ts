import type { HostSummary } from "@plimsoll/server/contract"

/** Why no container of this host can nap at present, where its engine could: there is no swap, or in the engine's words. `null`: nothing is in the way, or it never could. */
export function whyNoNap(host: Pick<HostSummary, "info"> | undefined): "noSwap" | { detail: string } | null {
  const info = host?.info ?? null
  const nap = info?.abilities.find(({ name }) => name === "nap")
  if (info === null || nap === undefined || nap.status === "available") return null
  return info.swapBytes === 0 ? "noSwap" : { detail: nap.detail }
}
