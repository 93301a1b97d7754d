"use client"
import { keepPreviousData, useQuery } from "@tanstack/react-query"
import { errorCode } from "@/lib/errors"
import { useTRPC } from "@/lib/trpc"
import { useSettled } from "./use-settled"
import type { Terms } from "./use-terms"

const SETTLED_MS = 150
const FRESH_MS = 60_000

/** The answer as it holds now, and then with the terms that are asked: one question at a time, which is all that one may ask. */
export function useAnswers(terms: Terms, { thetaNow, changed }: { thetaNow: number; changed: boolean }) {
  const trpc = useTRPC()
  const { resource, theta, ratio, size, days, extra } = useSettled(terms, SETTLED_MS)
  const options = {
    staleTime: FRESH_MS,
    placeholderData: keepPreviousData,
    refetchOnWindowFocus: false,
    // Another tab's question took its place.
    retry: (count: number, error: unknown) => count < 2 && errorCode(error) === "aborted",
  } as const
  const now = useQuery(trpc.overprovisioning.whatIf.queryOptions({ resource, days, theta: thetaNow }, options))
  const asked = useQuery({
    ...trpc.overprovisioning.whatIf.queryOptions(
      { resource, days, theta, capacityShare: size, extra, ...(ratio === null ? {} : { ratio }) },
      options,
    ),
    enabled: changed && now.data !== undefined && !now.isFetching,
  })
  return { now, asked: changed ? asked : now }
}
