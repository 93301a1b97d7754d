"use client"
import type { BulkAction, BulkResult } from "@plimsoll/server/contract"
import { useMutation } from "@tanstack/react-query"
import { useCallback, useState } from "react"
import { useTRPC } from "@/lib/trpc"

export interface BulkRequest {
  action: BulkAction
  ids: string[]
  options?: { force?: boolean; removeVolumes?: boolean }
}

/** What a bulk action came to, kept until it is dismissed. */
export interface BulkOutcome extends BulkResult {
  action: BulkAction
}

/**
 * Runs one action on some containers. `pending` holds the ids under way with their action; nothing is shown as done before
 * the server says so. Rejects when the request as a whole failed; what failed for single ones is in the outcome.
 */
export function useBulkAction() {
  const trpc = useTRPC()
  const { mutateAsync } = useMutation(trpc.containers.bulk.mutationOptions())
  const [pending, setPending] = useState<ReadonlyMap<string, BulkAction>>(new Map())
  const run = useCallback(
    async ({ action, ids, options }: BulkRequest): Promise<BulkOutcome> => {
      setPending((before) => new Map([...before, ...ids.map((id) => [id, action] as const)]))
      try {
        return { action, ...(await mutateAsync({ action, ids, ...(options && { options }) })) }
      } finally {
        setPending((before) => new Map([...before].filter(([id]) => !ids.includes(id))))
      }
    },
    [mutateAsync],
  )
  return { run, pending }
}
