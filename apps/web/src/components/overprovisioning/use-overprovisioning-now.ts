"use client"
import { useQuery } from "@tanstack/react-query"
import { useTRPC } from "@/lib/trpc"

const EVERY_MS = 5000

/** The load line as it is now, asked again every five seconds. */
export function useOverprovisioningNow() {
  return useQuery(useTRPC().overprovisioning.now.queryOptions(undefined, { refetchInterval: EVERY_MS }))
}
