"use client"
import type { Transfer } from "@plimsoll/server/contract"
import { useQueryClient } from "@tanstack/react-query"
import { useEffect, useRef } from "react"
import { useTRPC } from "@/lib/trpc"

/** Has the images read again when a pull ends, whoever began it. */
export function useRefreshAfterTransfers(transfers: readonly Transfer[]): void {
  const trpc = useTRPC()
  const queries = useQueryClient()
  const before = useRef(new Map<string, Transfer["status"]>())
  useEffect(() => {
    const ended = transfers.some(({ id, status }) => before.current.get(id) === "running" && status !== "running")
    before.current = new Map(transfers.map(({ id, status }) => [id, status]))
    if (ended) void queries.invalidateQueries(trpc.images.pathFilter())
  }, [transfers, trpc, queries])
}
