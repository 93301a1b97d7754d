"use client"
import { useQuery } from "@tanstack/react-query"
import { useTRPCClient } from "@/lib/trpc"
import { readReport } from "./read-report"

/** The report of the last so many days. It is made once, and anew only when asked: a paper does not change while it is read. */
export function useCapacityReport(days: number) {
  const client = useTRPCClient()
  return useQuery({
    queryKey: ["overprovisioning", "report", days],
    queryFn: ({ signal }) => readReport(client, days, signal),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  })
}
