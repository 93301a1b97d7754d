import type { Transfer } from "@plimsoll/server/contract"

/** How long a transfer that went well is news, also for a tab that is opened only then. */
const NEWS_MS = 120_000

/** What the tray shows: all that runs, failures until they are dismissed, the rest while it is news. */
export function shownTransfers(
  transfers: readonly Transfer[],
  { dismissed, now }: { dismissed: readonly string[]; now: number },
): Transfer[] {
  return transfers.filter(({ id, status, endedAt }) => {
    if (status === "running") return true
    if (dismissed.includes(id)) return false
    return status === "failed" || now - (endedAt ?? now) < NEWS_MS
  })
}
