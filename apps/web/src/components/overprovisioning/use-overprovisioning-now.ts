"use client"
import type { OverprovisioningNow } from "@plimsoll/server/contract"
import { useOverprovisioningLive } from "@/lib/live"

export interface LineNow {
  /** `undefined` until the first message. What came last stays while the connection is lost. */
  now: OverprovisioningNow | undefined
  /** When `now` came, by this browser's clock, epoch milliseconds. */
  receivedAt: number
  /** Why nothing comes; tried again by itself. */
  error: unknown
}

/** The load line as it is now, as long as the server says it. */
export function useOverprovisioningNow(): LineNow {
  const { data, error } = useOverprovisioningLive()
  return { now: data?.now, receivedAt: data?.receivedAt ?? 0, error }
}
